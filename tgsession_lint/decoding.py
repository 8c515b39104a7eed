"""Bytes -> text, as Python itself reads a file (PEP 263)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_END = re.compile(r"\r\n|\r|\n")

# Codecs of packages that rewrite new syntax for an old Python: the text itself is UTF-8 (future-fstrings, `_main.py`).
_REWRITING = re.compile(r"future[-_](?:fstrings|annotations)$")


class DecodingError(Exception):
    """Why the bytes of a file are no text, and in which row."""

    def __init__(self, message: str, row: int = 1) -> None:
        super().__init__(message)
        self.row = row


def decode(data: bytes) -> str:
    """The text of a Python file, by its byte order mark, its coding line or UTF-8 (PEP 263)."""
    import io
    import tokenize

    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DecodingError("the file is UTF-16, which Python cannot read")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        if _REWRITING.search(error.msg or ""):
            return _decoded(data, "utf-8-sig")
        raise DecodingError(f"the encoding cannot be told: {error.msg or error}") from error
    return _decoded(data, encoding)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = len(ROW_END.findall(data[: error.start].decode("latin-1"))) + 1
        raise DecodingError(f"not valid {encoding}: {error.reason}", row) from error
    except Exception as error:
        raise DecodingError(f"`{encoding}` is no encoding for text") from error
    if not isinstance(text, str):
        raise DecodingError(f"`{encoding}` is no encoding for text")
    return text.removeprefix("\ufeff")


def rows(data: bytes) -> Sequence[str]:
    """The rows of a file as an editor shows them."""
    try:
        return ROW_END.split(decode(data))
    except DecodingError:
        return ROW_END.split(data.decode("utf-8", "replace"))
