"""Bytes -> a file that is at every moment either the old one or the new one."""

from __future__ import annotations

import os
import stat


def write(path: str, data: bytes) -> None:
    """Put *data* into the file at *path*, whole or not at all; a link is followed, the file's mode kept.

    What is no plain file, such as `/dev/stdout` or a named pipe, is written to instead of replaced.

    Raises:
        OSError: the file is read-only, or it or its folder cannot be written.
    """
    # Asked of the path itself: what `/dev/stdout` leads to may have no path of its own.
    target, mode = os.path.realpath(path), _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        with open(path, "wb") as stream:
            stream.write(data)
        return
    if mode is not None:
        _insist_on_writable(target, mode)
    _replace(target, data, mode)


def _replace(target: str, data: bytes, mode: int | None) -> None:
    import tempfile

    handle, beside = tempfile.mkstemp(prefix=".tgsession-lint-", suffix=".tmp", dir=os.path.dirname(target))
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
        os.chmod(beside, _usual_mode() if mode is None else stat.S_IMODE(mode))
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise


def _insist_on_writable(target: str, mode: int) -> None:
    # Replacing a file asks nothing of the file itself, only of its folder: a read-only file would be overwritten,
    # and root may write to any.
    if not mode & stat.S_IWUSR:
        raise PermissionError(13, "the file is read-only", target)
    with open(target, "r+b"):
        pass


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
