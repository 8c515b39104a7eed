"""Bytes -> what they import, without a parser.

Used to decide what is worth parsing, so it may name an import too many (one in a docstring, say) but must never
miss one that the names of a file could come through.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    # How many dots, the module after them, and the names taken from it: None for the module itself and for `*`.
    Imported: TypeAlias = tuple[int, str, tuple[str, ...] | None]


# Bytes above 127 belong to names that are not ASCII; quotes and `\\n` stand round the lines of a notebook.
_WORD = rb"\w\x80-\xff"
_FROM = re.compile(rb"(?:^|[;:\s\"'\\])(?:\\n)?from[ \t\\\r\n]*([." + _WORD + rb"]+)[ \t\\\r\n]*$")
_PLAIN = re.compile(rb"(?:^|[;:\"'\\n])[ \t]*$")
_NAMES = re.compile(rb"[ \t\\\r\n]*(?:\(([^)]*)\)?|([^\r\n;#\"()]*(?:\\\r?\n[^\r\n;#\"()]*)*))")
_NAME = re.compile(rb"[." + _WORD + rb"]+")
_COMMENT = re.compile(rb"#[^\n]*")


def imports(data: bytes) -> list[Imported]:
    """Every import in *data*, in order."""
    found: list[Imported] = []
    at = data.find(b"import")
    while at >= 0:
        after = at + 6
        if data[after : after + 1] in _AFTER:
            found += _one(data, at, after)
        at = data.find(b"import", after)
    return found


_AFTER = frozenset({b" ", b"\t", b"(", b"*", b"\\"})


def _one(data: bytes, at: int, after: int) -> list[Imported]:
    before = data[_start_of_statement(data, at) : at]
    source = _FROM.search(before)
    if source is not None:
        return [_from(source.group(1), data, after)]
    if not before.strip() or _PLAIN.search(before):
        return [(0, name, None) for name in _listed(data, after)]
    return []


def _start_of_statement(data: bytes, at: int) -> int:
    start = data.rfind(b"\n", 0, at) + 1
    while (start > 1 and data[start - 2 : start - 1] == b"\\") or (start > 2 and data[start - 3 : start - 1] == b"\\\r"):
        start = data.rfind(b"\n", 0, start - 1) + 1
    return start


def _from(source: bytes, data: bytes, after: int) -> Imported:
    module = source.lstrip(b".")
    names = () if data[after : after + 4].strip().startswith(b"*") else tuple(_listed(data, after))
    return len(source) - len(module), _text(module), names or None


def _listed(data: bytes, after: int) -> list[str]:
    """The names of an import list; what follows `as` is left out."""
    match = _NAMES.match(data, after)
    if match is None:
        return []
    text = _COMMENT.sub(b"", match.group(1) if match.group(1) is not None else match.group(2))
    names = [_NAME.search(part) for part in text.split(b",")]
    return [_text(name.group()) for name in names if name is not None]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
