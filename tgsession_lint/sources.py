"""Bytes -> text -> syntax tree; what cannot be read says why, and never stops the run."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

_BLOCK = 1 << 16


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
        return re.split(r"\r\n|\r|\n", self.text)

    def locate(self, row: int) -> tuple[int | None, int]:
        """The cell that *row* of `text` is in (None outside notebooks), and the row within it."""
        cell, first = None, 1
        for start, number in self.cells:
            if start <= row:
                cell, first = number, start
        return cell, row - first + 1

    def column(self, row: int, column: int) -> int:
        """The column in the file of *column* in `text`."""
        for changed, start, by in self.widened:
            if changed == row and column >= start:
                return max(1, column - by)
        return column


def read(path: str) -> bytes:
    """The bytes of *path*.

    Raises:
        OSError: it cannot be opened or read.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        parts = []
        while part := os.read(handle, _BLOCK):
            parts.append(part)
    finally:
        os.close(handle)
    return b"".join(parts)


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
        row = data.count(b"\n", 0, error.start) + 1
        raise _DecodingError(f"not valid {encoding}: {error.reason}", row) from error
    except Exception as error:
        raise _DecodingError(f"`{encoding}` is no encoding for text") from error
    if not isinstance(text, str):
        raise _DecodingError(f"`{encoding}` is no encoding for text")
    return text.removeprefix("\ufeff")


def rows(data: bytes) -> Sequence[str]:
    """The rows of a file as an editor shows them."""
    try:
        return re.split(r"\r\n|\r|\n", decode(data))
    except _DecodingError:
        return re.split(r"\r\n|\r|\n", data.decode("utf-8", "replace"))


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
    import libcst as cst

    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        return _Attempt(problem=Unreadable(row, 1, "the file holds a NUL byte"))
    if _risky(text) and not _survives(text):
        return _Attempt(problem=Unreadable(1, 1, "the code is nested too deeply to be parsed"))
    try:
        return _Attempt(module=cst.parse_module(text))
    except cst.ParserSyntaxError as error:
        return _Attempt(problem=_syntax_problem(text, error))
    except RecursionError:
        return _Attempt(problem=Unreadable(1, 1, "the code is nested too deeply to be parsed"))
    except Exception as error:
        return _Attempt(problem=Unreadable(1, 1, f"the file cannot be parsed: {type(error).__name__}"))


def _syntax_problem(text: str, error: Any) -> Unreadable:
    row, column = _place_by_python(text) or (max(1, error.raw_line), max(1, error.raw_column + 1))
    lines = re.split(r"\r\n|\r|\n", text)
    line = lines[row - 1] if row <= len(lines) else ""
    if _PYTHON_2.match(line):
        return Unreadable(row, column, "the syntax is Python 2, which is not read")
    return Unreadable(row, column, "the syntax is not Python that can be parsed")


def _place_by_python(text: str) -> tuple[int, int] | None:
    """Where Python itself stops: libcst names the token after, which is often on the next row."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return (max(1, error.lineno), max(1, error.offset or 1)) if error.lineno else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


_PYTHON_2 = re.compile(r"\s*(?:print\s+[^=(\s]|exec\s+['\"\w]|raise\s+\w[\w.]*\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)")
# Chains and nests so long that the parser's recursion may exhaust the stack, which would take us with it.
_NESTED = re.compile(r"[\[({~]{80}|(?:not |lambda: ?|[-+~] ?){120}")
_CHAINED = re.compile(r"[-+*/.|&(\[<>=]|\b(?:and|or|if|not|lambda)\b")
_LONG_LINE = 8000
_LONG_CHAIN = 250


def _risky(text: str) -> bool:
    """Whether *text* may be nested thousands deep: long lines, or long runs of lines that continue one expression."""
    if text.count("elif ") > _LONG_CHAIN:
        return True
    run = 0
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or bare[0] == "#":
            continue
        if len(line) > _LONG_LINE and len(_CHAINED.findall(line)) > 2 * _LONG_CHAIN:
            return True
        if len(line) > 120 and _NESTED.search(line):
            return True
        chained = bare[0] in _OPERATORS or bare[-1] in _OPERATORS or bare.startswith(("and ", "or "))
        run = run + 1 if chained else 0
        if run > _LONG_CHAIN:
            return True
    return False


_OPERATORS = frozenset("+-*/.|&\\(")
_PROBE = "import sys, libcst; libcst.parse_module(sys.stdin.buffer.read().decode('utf-8', 'surrogatepass'))"


def _survives(text: str) -> bool:
    """Whether another process can parse *text* and live."""
    import subprocess
    import sys

    data = text.encode("utf-8", "surrogatepass")
    try:
        done = subprocess.run([sys.executable, "-c", _PROBE], input=data, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode >= 0


# what the parser does not take, and Python does

_EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)([^:(\n#]+,[^:(\n#]+?)([ \t]*:)", re.MULTILINE)
_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


def _parenthesised(text: str) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """PEP 758 (Python 3.14): `except A, B:` means `except (A, B):`."""
    widened: list[tuple[int, int, int]] = []

    def put(match: re.Match[str]) -> str:
        row = text.count("\n", 0, match.start()) + 1
        widened.append((row, len(match.group(1)) + 1, 1))
        return f"{match.group(1)}({match.group(2)}){match.group(3)}"

    changed = _EXCEPT.sub(put, text)
    return changed, tuple(widened)


def _untabbed(text: str) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """Tabs and spaces mixed in ways that Python's own rule (a tab goes to the next eighth column) allows."""
    widened: list[tuple[int, int, int]] = []

    def put(match: re.Match[str]) -> str:
        indent = match.group().expandtabs(8)
        row = text.count("\n", 0, match.start()) + 1
        widened.append((row, 1, len(indent) - len(match.group())))
        return indent

    changed = _TABS.sub(put, text)
    return changed, tuple(widened)


def _both(text: str) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    changed, first = _parenthesised(text)
    changed, second = _untabbed(changed)
    return changed, (*second, *first) if first and second else ()
