"""Consistent copies of session files, and files put aside instead of deleted.

Copies go through SQLite's backup API: bytes that are copied while somebody writes, or without the journal beside them,
are no session any more (sqlite.org/howtocorrupt.html, 1.2 to 1.4).
"""

from __future__ import annotations

import errno
import glob
import os
import secrets
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tgsession_runtime.errors import SessionUnreadableError
from tgsession_runtime.session import SUFFIX, read, sqlite_uri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPANIONS = ("-journal", "-wal", "-shm")


def copy(path: Path, to: Path) -> Path:
    """Write a consistent copy of the session file *path* as *to*, which only this user may read.

    It takes the place of *to* whole or not at all, and only if it holds the same auth key. Works while the session is in
    use.

    Raises:
        SessionUnreadableError: *path* is no session file, is damaged, or its last user left a journal that is still hot.
        OSError: *to* cannot be written.
    """
    wanted = read(path).key_id
    new = to.with_name(f".{to.name}.{secrets.token_hex(4)}.new")
    try:
        make(new)
        _through_sqlite(path, new)
        if read(new).key_id != wanted:
            raise SessionUnreadableError(str(path), "it changed while it was copied", "try again")
        _sync(new)
        os.replace(new, to)
        _sync(to.parent)
    except sqlite3.Error as error:
        if "full" in str(error):  # it is the copy's disk, and nothing is wrong with what was read
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(to)) from error
        raise SessionUnreadableError(str(path), str(error)) from error
    finally:
        remove_new(new)
    return to


def put_aside(path: Path) -> list[Path]:
    """Rename the file *path* and its journal so that nobody takes them for a session; where they are now.

    Nothing is deleted, and nothing that was put aside before is overwritten.
    """
    # The journal first: without its file it is never applied to whatever is put in that place next.
    moved = [old.rename(aside) for old, aside in _aside(path)]
    _sync(path.parent)
    return moved


def take_place(new: Path, path: Path) -> list[Path]:
    """Put the file *new* in the place of *path*; where the file that was there is now, with its journal.

    A session file is there at every moment, and what was there is kept whole, whenever this is interrupted.
    """
    asides: list[Path] = []
    try:
        for old, aside in _aside(path):
            os.link(old, aside)
            asides.append(aside)
    except OSError:  # a file system without links
        for made in asides:
            made.unlink()
        asides = put_aside(path)
    for end in COMPANIONS:
        path.with_name(path.name + end).unlink(missing_ok=True)
    os.replace(new, path)
    _sync(path.parent)
    return asides


def _aside(path: Path) -> list[tuple[Path, Path]]:
    """The file *path* and its companions, those first, each with the name under which it is kept."""
    stamp = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    found = ((path.with_name(path.name + end), path.with_name(f"{path.name}.aside-{stamp}{end}")) for end in (*COMPANIONS, ""))
    return [(old, aside) for old, aside in found if old.exists()]


def restore(backup: Path, path: Path) -> list[Path]:
    """Put a copy of *backup* in the place of *path*; where the file that was there is now.

    Raises:
        SessionUnreadableError: *backup* is no session file; everything is as it was.
    """
    new = new_name(path)
    try:
        return take_place(copy(backup, new), path)
    finally:
        remove_new(new)


def of(path: Path) -> Iterator[Path]:
    """The backups of *path* that lie beside it and have an auth key, the newest first."""
    for found in sorted(path.parent.glob(f"{glob.escape(path.name)}.backup-*"), reverse=True):
        with suppress(SessionUnreadableError):
            if read(found).key_id is not None:
                yield found


def new_name(path: Path) -> Path:
    """Beside *path*, the name of a session file that takes its place only when it is whole; see `session_files.UNFINISHED`."""
    return path.with_name(f".{path.name.removesuffix(SUFFIX)}.{secrets.token_hex(4)}.new{SUFFIX}")


def make(path: Path) -> None:
    """Make the empty file *path*, which only this user may read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def remove_new(path: Path) -> None:
    """Remove what was made under a `new_name` and is not wanted any more, journals too."""
    try:
        _remove(path)
    except BaseException:  # a signal, in the midst of it
        _remove(path)
        raise


def _remove(path: Path) -> None:
    for end in ("", *COMPANIONS):
        with suppress(OSError):
            path.with_name(path.name + end).unlink()


def default_place(path: Path) -> Path:
    """Where a copy goes that nobody has named a place for: beside the file, with the time in its name."""
    return path.with_name(f"{path.name}.backup-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}")


def _through_sqlite(path: Path, to: Path) -> None:
    with closing(sqlite3.connect(sqlite_uri(path), uri=True, timeout=5.0)) as old, closing(sqlite3.connect(to)) as new:
        old.backup(new)


def _sync(path: Path) -> None:
    """Bring *path* to the disk, or a replaced file may be empty after a power cut."""
    with suppress(OSError):  # a folder cannot be opened on Windows, which brings renames to the disk itself
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
