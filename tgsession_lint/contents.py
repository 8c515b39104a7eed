"""The bytes of a file, read as cheaply as Python can: most files fit the first read."""

from __future__ import annotations

import os

_FIRST = 1 << 16
_MORE = 1 << 22
# Binary where that is not a matter of course, and never waiting for somebody to write into a pipe.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def read(path: str) -> bytes:
    """The bytes of *path*.

    Raises:
        OSError: it cannot be opened or read.
    """
    handle = os.open(path, _FLAGS)
    try:
        data = os.read(handle, _FIRST)
        if len(data) < _FIRST:
            return data
        parts = [data]
        while part := os.read(handle, _MORE):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)
