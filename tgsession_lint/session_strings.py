"""Recognises secrets of our field in text: session strings, api hashes, bot tokens.

A session string is told from other base64 by what it decodes to, not by its looks: a data centre
that exists, a port that Telegram serves, flags that are 0 or 1. Random base64 of the same length
passes for one less than once in a million times.

Sources: Telethon `sessions/string.py`; Pyrogram, Kurigram and pyrofork `storage/storage.py`;
Hydrogram `storage/base.py`.
"""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

Kind = Literal["telethon", "pyrogram"]


class Match(NamedTuple):
    """Where a session string stands; never the string itself, so it may be printed and logged.

    Offsets are counted as in the text that was searched: characters of `str`, bytes of `bytes`.
    """

    kind: Kind
    start: int
    end: int


def find(text: str | bytes) -> Iterator[Match]:
    r"""Session strings in *text*, in reading order, also those that are wrapped over lines.

    Wrapped means: pieces at the ends and beginnings of lines, with nothing between them but
    quotes, blanks and one `\` or `+`, as implicit concatenation and shell scripts have it.
    """
    # One byte for each character, whatever it is: offsets stay true.
    data = text if isinstance(text, bytes) else text.encode("ascii", "replace")
    block, run, mask = _patterns()
    runs = data.translate(mask)  # finding a run of one byte is ten times faster than a regex for a class
    at = runs.find(_LONG_RUN)
    while at >= 0:
        found = block.match(data, at)
        end = found.end() if found else len(data)
        if end - at >= _SHORTEST:
            yield from _in_block(data, [part.span() for part in run.finditer(data, at, end)])
        at = runs.find(_LONG_RUN, end)


def kind_of(string: str | bytes) -> Kind | None:
    """Whose session string *string* is, or None; Telethon's may lack its last `=`."""
    data = string if isinstance(string, bytes) else string.encode("ascii", "replace")
    data = data[:-1] if data.endswith(b"=") else data
    layout = _LAYOUTS.get(len(data))
    if layout is None or not data.startswith(layout.prefix) or data.translate(None, _ALPHABET):
        return None
    fields = _decoded(data.removeprefix(layout.prefix), layout.fields)
    if fields is None or not all(map(_passes, layout.names, fields)):
        return None
    return layout.kind


def looks_like_api_hash(value: str) -> bool:
    """32 lower-case hexadecimal digits, and no placeholder."""
    return len(value) == 32 and set(value) <= set("0123456789abcdef") and not _made_up(value)


def looks_like_bot_token(value: str) -> bool:
    """A bot's number, a colon and 35 characters of base64url, and no placeholder."""
    number, _, key = value.partition(":")
    return (
        6 <= len(number) <= 12
        and number.isascii()
        and number.isdigit()
        and len(key) == 35
        and set(key.encode()) <= set(_ALPHABET)
        and not _made_up(key)
    )


class _Layout(NamedTuple):
    kind: Kind
    prefix: bytes
    fields: str
    names: tuple[str, ...]


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_LONG_RUN = b"\1" * 40  # the first line of a wrapped session string has at least as many characters
_MOST_LINES = 20

# By length, without the `=` at the end.
_TELETHON = ("dc", "address", "port", "key")
_LAYOUTS = {
    352: _Layout("telethon", b"1", ">B4sH256s", _TELETHON),
    368: _Layout("telethon", b"1", ">B16sH256s", _TELETHON),
    351: _Layout("pyrogram", b"", ">BB256sIB", ("dc", "test", "random_key", "user", "bot")),
    356: _Layout("pyrogram", b"", ">BB256sQB", ("dc", "test", "key", "user", "bot")),
    362: _Layout("pyrogram", b"", ">BIB256sQB", ("dc", "api", "test", "key", "user", "bot")),
}
_SHORTEST, _LONGEST = min(_LAYOUTS), max(_LAYOUTS)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "dc": {1, 2, 3, 4, 5, 203}.__contains__,  # 203 serves files only, but Pyrogram's forks know it
    "address": any,
    "port": {80, 443, 5222, 8443, 8888}.__contains__,
    "test": {0, 1}.__contains__,
    "bot": {0, 1}.__contains__,
    "api": range(2**31).__contains__,
    "user": range(2**52).__contains__,
    "key": any,  # Telethon takes a key of zeros for no key
    # The oldest layout has little else to tell it by. 256 random bytes have about 162 different values.
    "random_key": lambda key: len(set(key)) > 96,
}


def _passes(name: str, value: object) -> bool:
    return _CHECKS[name](value)


def _decoded(data: bytes, fields: str) -> tuple[Any, ...] | None:
    import base64
    import struct

    padded = data + b"=" * (-len(data) % 4)
    raw = base64.urlsafe_b64decode(padded)
    # Bits that no byte needs are zero in what a program encoded, not in a random run of letters.
    return struct.unpack(fields, raw) if base64.urlsafe_b64encode(raw) == padded else None


@functools.cache
def _patterns() -> tuple[re.Pattern[bytes], re.Pattern[bytes], bytes]:
    """A block of runs on neighbouring lines, a run, and the table that marks what runs are made of."""
    import re

    run = rb"[A-Za-z0-9_-]+"
    prefix = rb"""[fFbBrRuU]?["']"""
    between = rb"""["']?[ \t]{0,64}(?:[\\+][ \t]{0,64})?\r?\n[ \t]{0,64}(?:""" + prefix + rb")?"
    mask = bytes(byte in _ALPHABET for byte in range(256))
    return re.compile(run + rb"(?:" + between + run + rb")*"), re.compile(rb"(?!" + prefix + run + rb")" + run), mask


def _in_block(data: bytes, spans: list[tuple[int, int]]) -> Iterator[Match]:
    """Session strings among the runs at *spans*, each of them one run or several in a row."""
    first = 0
    while first < len(spans):
        found = _starting(data, spans, first)
        if found:
            count, match = found
            yield match
        first += count if found else 1


def _starting(data: bytes, spans: list[tuple[int, int]], first: int) -> tuple[int, Match] | None:
    """The session string that begins in run number *first*, and how many runs it takes."""
    for start in _beginnings(data, *spans[first]):
        joined = b""
        for count, (left, right) in enumerate(spans[first : first + _MOST_LINES], 1):
            joined += data[max(left, start) : min(right, left + _LONGEST + 2)]
            if len(joined) > _LONGEST:
                break
            if kind := kind_of(joined):
                end = right + (kind == "telethon" and data[right : right + 1] == b"=")
                return count, Match(kind, start, end)
    return None


def _beginnings(data: bytes, start: int, end: int) -> Iterator[int]:
    r"""Where in a run a session string may begin: in `\n1BQ…` the `n` is none of it, nor the `-` of a diff."""
    yield start
    after_backslash = start > 0 and data[start - 1 : start] == b"\\"
    if end - start > 1 and (after_backslash or data[start : start + 1] in {b"-", b"_"}):
        yield start + 1


def _made_up(value: str) -> bool:
    """Whether a person typed *value* as an example: it repeats, counts, or has few different letters."""
    plain = value.lower().replace("-", "").replace("_", "")
    counting = "0123456789abcdefghijklmnopqrstuvwxyz 1234567890abcdef0123456789 9876543210 fedcba9876543210"
    return (
        len(set(plain)) < 8
        or any(plain[step:] == plain[:-step] for step in range(1, 17))
        or any(plain[at : at + 6] in counting for at in range(len(plain) - 5))
        or all(left.isdigit() != right.isdigit() for left, right in itertools.pairwise(plain))
    )
