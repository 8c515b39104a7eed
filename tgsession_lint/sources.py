"""Bytes -> text -> syntax tree; what cannot be read says why, and never stops the run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

ROW_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place that could not be decoded or parsed."""

    row: int
    column: int
    message: str
    cell: int | None = None


@dataclass(frozen=True)
class Document:
    """One file as the parser saw it."""

    path: str
    text: str = ""
    module: cst.Module | None = None
    notebook: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    """Of a notebook: the first row of each code cell in `text`, and the number of the cell."""
    widened: tuple[tuple[int, int, int], ...] = ()
    """Rows whose text was changed for the parser: row, column from which on, and by how many columns."""

    @cached_property
    def lines(self) -> Sequence[str]:
        """The rows of `text`."""
        return ROW_END.split(self.text)

    def locate(self, row: int) -> tuple[int | None, int]:
        """The cell that *row* of `text` is in (None outside notebooks), and the row within it."""
        cell, first = None, 1
        for start, number in self.cells:
            if start <= row:
                cell, first = number, start
        return cell, row - first + 1

    def column(self, row: int, column: int) -> int:
        """The column in the file of *column* in `text`."""
        if not self.widened:
            return column
        return max(1, column - sum(by for changed, start, by in self.widened if changed == row and column >= start))


def parse(data: bytes, path: str) -> Document:
    """*data* as a document: the text of a Python file."""
    try:
        text = decode(data)
    except _DecodingError as error:
        return Document(path, unreadable=(Unreadable(error.row, 1, str(error)),))
    return parse_text(text, path)


class _DecodingError(Exception):
    def __init__(self, message: str, row: int = 1) -> None:
        super().__init__(message)
        self.row = row


def decode(data: bytes) -> str:
    """The text of a Python file, by its byte order mark, its coding line or UTF-8 (PEP 263)."""
    import io
    import tokenize

    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _DecodingError("the file is UTF-16, which Python cannot read")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise _DecodingError(f"the encoding cannot be told: {error.msg or error}") from error
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = len(ROW_END.findall(data[: error.start].decode("latin-1"))) + 1
        raise _DecodingError(f"not valid {encoding}: {error.reason}", row) from error
    except Exception as error:
        raise _DecodingError(f"`{encoding}` is no encoding for text") from error
    if not isinstance(text, str):
        raise _DecodingError(f"`{encoding}` is no encoding for text")
    return text.removeprefix("\ufeff")


def rows(data: bytes) -> Sequence[str]:
    """The rows of a file as an editor shows them."""
    try:
        return ROW_END.split(decode(data))
    except _DecodingError:
        return ROW_END.split(data.decode("utf-8", "replace"))


def parse_text(text: str, path: str) -> Document:
    """*text* as a document, with whatever has to be changed for the parser to take it."""
    tried = _try(text)
    if tried.module is not None:
        return Document(path, text, tried.module)
    for adapt in (_parenthesised, _untabbed, _both):
        changed, widened = adapt(text)
        if widened:
            again = _try(changed)
            if again.module is not None:
                return Document(path, changed, again.module, widened=widened)
    return Document(path, text, unreadable=(tried.problem or Unreadable(1, 1, "the file cannot be parsed"),))


@dataclass(frozen=True, slots=True)
class _Attempt:
    module: cst.Module | None = None
    problem: Unreadable | None = None


def _try(text: str) -> _Attempt:
    if "\0" in text:
        place = len(ROW_END.findall(text, 0, text.index("\0"))) + 1
        return _Attempt(problem=Unreadable(place, 1, "the file holds a NUL byte"))
    if (row := hopeless(text)) is not None:
        return _Attempt(problem=Unreadable(row, 1, _TOO_DEEP))
    return _parsed(text) if len(text) < _SHORT else _on_a_deep_stack(text)


def _parsed(text: str) -> _Attempt:
    import libcst as cst

    try:
        return _Attempt(module=cst.parse_module(text))
    except cst.ParserSyntaxError as error:
        return _Attempt(problem=_syntax_problem(text, str(error)))
    except RecursionError:
        return _Attempt(problem=Unreadable(1, 1, _TOO_DEEP))
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        # A panic of the native parser is no `Exception`.
        return _Attempt(problem=Unreadable(1, 1, f"the file cannot be parsed: {type(error).__name__}"))


def _on_a_deep_stack(text: str) -> _Attempt:
    """What `_parsed` says, from a thread: the native parser recurses, and a stack that overflows takes us with it."""
    import threading

    found: list[_Attempt] = []
    before = threading.stack_size(_STACK)
    try:
        thread = threading.Thread(target=lambda: found.append(_parsed(text)), daemon=True)
        thread.start()
    except (RuntimeError, MemoryError):
        return _parsed(text)
    finally:
        threading.stack_size(before)
    thread.join()
    return found[0] if found else _Attempt()


def _syntax_problem(text: str, error: str) -> Unreadable:
    seen = _seen_by_python(text)
    if seen is None:
        # What libcst itself names is the token after, but then nobody knows better.
        place = _PLACE.search(error)
        row, column = (int(place[1]), int(place[2]) + 1) if place else (1, 1)
        return Unreadable(row, column, "the syntax cannot be parsed, though this Python may take it")
    row, column, said = seen
    lines = ROW_END.split(text)
    if row <= len(lines) and _PYTHON_2.match(lines[row - 1]):
        return Unreadable(row, column, "the syntax is Python 2, which is not read")
    return Unreadable(row, column, f"the syntax is not Python that can be parsed: {said}")


def _seen_by_python(text: str) -> tuple[int, int, str] | None:
    """Where Python itself stops, and why: libcst names the token after, which is often on the next row."""
    from tgsession_lint import glance

    try:
        glance.parsed(text)
    except SyntaxError as error:
        return max(1, error.lineno or 1), max(1, error.offset or 1), error.msg
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


_PLACE = re.compile(r"error at (\d+):(\d+)")
_PYTHON_2 = re.compile(r"\s*(?:print\s+[^=(\s]|exec\s+['\"\w]|raise\s+\w[\w.]*\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)")


# what would take the parser minutes, or its stack

_TOO_DEEP = "the code is nested too deeply to be parsed"
_SHORT = 400  # characters, so at most as many levels: any stack holds them
_STACK = 64 << 20
# Python itself stops at 200 brackets. The parser's time grows with the square of a chain such as `1 + 1 + …`,
_BRACKETS = 200
_CHAIN = 2000
# and exponentially with the nesting of a pattern, or of the targets of `del`.
_PATTERN = 7
_BRACKET = re.compile(r"[\[({\])}]")
_STEP = {**dict.fromkeys("([{", 1), **dict.fromkeys(")]}", -1)}
_LINK = re.compile(r"[-+*/%@&|^~<>.]|[\])][ \t]*[\[(]|\b(?:and|or|not|if|lambda|await|in|is)\b")
_PATTERNS = re.compile(r"^[ \t]*(?:case|del)\b(?!\s*[=.])[^\n]*[\[({]", re.MULTILINE)
_TOKEN = re.compile(
    r"""(?P<skip>\\\r?\n|\#[^\r\n]*|(?P<quotes>\"\"\"|''')(?:[^\\]|\\.)*?(?P=quotes)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<pattern>^[ \t]*(?:case|del)\b(?!\s*[=.]))|(?P<open>[\[({])|(?P<close>[\])}])|(?P<end>[,;\n\r])
    |(?P<link>\*\*|//|<<|>>|->|\.\.\.|[-+*/%@&|^~<>.]|\b(?:and|or|not|if|lambda|await|in|is)\b)""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


def hopeless(text: str) -> int | None:
    """The row from which on *text* is nested so deeply, or chained so long, that the parser would not come back."""
    if len(text) < _PATTERN:
        return None
    deepest = max(accumulate(map(_STEP.__getitem__, _BRACKET.findall(text))), default=0)
    if deepest > _BRACKETS // 2 or (deepest > _PATTERN and _PATTERNS.search(text)):
        return _first_too_deep(text)
    # A paragraph that is too short, or has too few links in all, holds no such chain; few need the close look.
    long = (part for part in text.split("\n\n") if len(part) > _CHAIN)
    return _first_too_deep(text) if any(len(_LINK.findall(part)) > _CHAIN for part in long) else None


def _first_too_deep(text: str) -> int | None:
    levels: list[int] = []  # the links before each open bracket
    links = total = 0  # since the last comma, and in all the levels below it
    most = _BRACKETS
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            levels.append(links)
            total += links
            links = 0
        elif kind == "close":
            # A call or a subscript is a link of its own.
            links = levels.pop() + 1 if levels else 0
            total -= max(0, links - 1)
        elif kind == "link":
            links += 1
        elif kind == "end":
            if levels and token.group() in "\r\n":
                continue
            links = 0
            most = _BRACKETS if not levels else most
        elif kind == "pattern" and not levels:
            most = _PATTERN
        if len(levels) > most or total + links > _CHAIN:
            return len(ROW_END.findall(text, 0, token.start())) + 1
    return None


# what the parser does not take, and Python does

_EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)([^:(\n#]+,[^:(\n#]+?)([ \t]*:)", re.MULTILINE)
_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


_Widened: TypeAlias = "tuple[tuple[int, int, int], ...]"


def _parenthesised(text: str) -> tuple[str, _Widened]:
    """PEP 758 (Python 3.14): `except A, B:` means `except (A, B):`."""
    widened: list[tuple[int, int, int]] = []

    def put(match: re.Match[str]) -> str:
        row = text.count("\n", 0, match.start()) + 1
        first = len(match[1]) + 2  # of the names, with the bracket before them
        widened.extend([(row, first, 1), (row, first + len(match[2]) + 1, 1)])
        return f"{match[1]}({match[2]}){match[3]}"

    changed = _EXCEPT.sub(put, text)
    return changed, tuple(widened)


def _untabbed(text: str) -> tuple[str, _Widened]:
    """Tabs and spaces mixed in ways that Python's own rule (a tab goes to the next eighth column) allows."""
    widened: list[tuple[int, int, int]] = []

    def put(match: re.Match[str]) -> str:
        indent = match[0].expandtabs(8)
        row = text.count("\n", 0, match.start()) + 1
        widened.append((row, 1, len(indent) - len(match[0])))
        return indent

    changed = _TABS.sub(put, text)
    return changed, tuple(widened)


def _both(text: str) -> tuple[str, _Widened]:
    changed, first = _parenthesised(text)
    changed, second = _untabbed(changed)
    if not first or not second:
        return changed, ()
    indents = {row: by for row, _, by in second}
    return changed, (*second, *((row, start + indents.get(row, 0), by) for row, start, by in first))
