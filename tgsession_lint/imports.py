"""Bytes -> what they import, without a parser.

Used to decide what is worth parsing, so it may name an import too many (one in a docstring, say) but must never
miss one that the names of a file could come through.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    # How many dots, the module after them, and the names taken from it: None for the module itself and for `*`.
    Imported: TypeAlias = tuple[int, str, tuple[str, ...] | None]


# Bytes above 127 belong to names that are not ASCII; quotes and `\\n` stand round the lines of a notebook.
_WORD = rb"\w\x80-\xff"
_GAP = rb"[ \t\f\\\r\n]"
_GAPS = b" \t\f\\\r\n"
# Compiled where they are used, which is seldom: together they would take as long as following fifty imports.
_FROM = rb"from(?=[ \t\f\\.])([" + _WORD + rb". \t\f\\\r\n]+)$"
_PLAIN = rb"(?:^|[;:\"'\\n])(?:" + _GAP + rb"*%{1,2}time\w*\b[^;:\r\n]*)?" + _GAP + rb"*$"
_NAMES = _GAP + rb"*(?:\(((?:[^)#]|#[^\r\n]*)*)|((?:[^\r\n;#\"()\\]|\\(?:\r\n|[\r\n])?)*))"
_NAME = rb"[" + _WORD + rb"]+(?:" + _GAP + rb"*\." + _GAP + rb"*[" + _WORD + rb"]+)*"
_COMMENT = rb"#[^\r\n]*"
# In a notebook a comment ends where its line does, by the escape.
_NOTEBOOK_NAMES = rb"[ \t\f\\\r\n]*(?:\(((?:[^)#]|#(?:(?!\\n)[^\r\n])*)*)|([^\r\n;#\"()]*))"
_NOTEBOOK_COMMENT = rb"#(?:(?!\\n)[^\r\n])*|\\n"
# A statement of several lines up to its `import` is not longer than this; a file on a single line may be.
_FARTHEST = 2_000


def imports(data: bytes) -> list[Imported]:
    """Every import in *data*, in order."""
    found: list[Imported] = []
    notebook = data[:1] == b"{"
    names, comment = (_NAMES, _COMMENT) if not notebook else (_NOTEBOOK_NAMES, _NOTEBOOK_COMMENT)
    at, size = data.find(b"import"), len(data)
    while at >= 0:
        after = at + 6
        if after < size and data[after] in _AFTER:
            simple = None if notebook else _simple(data, at)
            if simple is not None:
                found += simple
                at = data.find(b"import", after)
                continue
            before = data[_start_of_statement(data, at) : at]
            source = _source(before)
            if source or not before.strip() or re.search(_PLAIN, before):
                listed = _listed(re.compile(names).match(data, after), comment)
                found += [_from(source, listed)] if source else [(0, name, None) for name in listed]
        at = data.find(b"import", after)
    return found


# As most imports are written: on a line of their own, with nothing in the list but names.
_SIMPLE = re.compile(
    rb"[ \t]*(?:from[ \t]+([A-Za-z0-9_.]+)[ \t]+)?()import[ \t]+(?:\(([A-Za-z0-9_, \t\r\n]*)\)|([A-Za-z0-9_., \t]*))(?=[#\r\n]|\Z)"
)


def _simple(data: bytes, at: int) -> list[Imported] | None:
    """What the statement with its `import` *at* imports, if it is a simple one: three times as quick as the whole way."""
    start = data.rfind(b"\n", 0, at) + 1
    if start > 1 and data[start - 2] in _CONTINUING:
        return None
    end = data.find(b"\n", at)
    line = data[start:end] if end >= 0 else data[start:]
    if b"(" not in line:
        return _read(line, at - start)
    return _said(_SIMPLE.match(data, start), at)


@lru_cache(maxsize=10_000)
def _read(line: bytes, at: int) -> list[Imported] | None:
    """The same for a statement that is alone on its *line*; half of all lines stand in other files too."""
    return _said(_SIMPLE.match(line), at)


def _said(match: re.Match[bytes] | None, at: int) -> list[Imported] | None:
    if match is None or match.start(2) != at:
        return None
    source, _, inside, bare = match.groups()
    if source is None and inside is not None:
        return None
    names: list[str] = []
    for part in (bare if inside is None else inside).decode().split(","):
        words = part.split()
        if len(words) == 1 or (len(words) == 3 and words[1] == "as"):
            names.append(words[0])
        elif words:
            return None
    return [_from(source, names)] if source else [(0, name, None) for name in names]


_CONTINUING = frozenset(b"\\\r")  # the line before goes on, or may do so
_AFTER = frozenset(b" \t\f(*\\")


def _start_of_statement(data: bytes, at: int) -> int:
    first = max(0, at - _FARTHEST)
    end = at
    while True:
        end = max(data.rfind(b"\n", first, end), data.rfind(b"\r", first, end))
        if end < 0:
            return first
        if data[end - 1 : end + 1] == b"\r\n":
            end -= 1
        if data[end - 1 : end] != b"\\":
            return end + 1


def _source(before: bytes) -> bytes:
    """The module between `from` and `import`, its dots before it; empty where there is no `from`."""
    at = before.rfind(b"from")
    while at >= 0:
        match = re.compile(_FROM).match(before, at)
        if match is not None and (at == 0 or before[at - 1 : at] in _BEFORE or before[at - 2 : at] == b"\\n"):
            return match.group(1).translate(None, _GAPS)
        at = before.rfind(b"from", 0, at)
    return b""


_BEFORE = frozenset(bytes([code]) for code in b" \t\f\r\n;:\"'\\")


def _from(source: bytes, names: list[str]) -> Imported:
    module = source.lstrip(b".")
    return len(source) - len(module), _text(module), tuple(names) or None


def _listed(match: re.Match[bytes] | None, comment: bytes) -> list[str]:
    """The names of an import list; what follows `as` is left out, and so is a `*`."""
    if match is None:
        return []
    inside = match.group(1) if match.group(1) is not None else match.group(2)
    names = [re.search(_NAME, part) for part in re.sub(comment, b" ", inside).split(b",")]
    return [_text(name.group().translate(None, _GAPS)) for name in names if name is not None]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
