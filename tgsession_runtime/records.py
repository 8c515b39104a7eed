"""The records in lock files, read without taking or disturbing a lock: who holds what, and whether a lock is free."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from errno import EACCES, EAGAIN
from typing import TYPE_CHECKING

from tgsession_runtime.holder import SIZE, Holder, decode, liveness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Windows locks the first byte against reading too (filelock, `_native/_windows.py`): the record stands behind it.
RECORD_AT = 1 if sys.platform == "win32" else 0


def holders(path: Path, records: Path) -> list[Holder]:
    """Who holds the lock at *path*, as far as their records tell; the proven dead are left out."""
    alone = [holder for holder in recorded(path) if holder.state != "released" and liveness(holder) != "gone"]
    return [*alone, *sharers(records)]


def sharers(records: Path) -> list[Holder]:
    """Who shares a lock now, by the *records* of it: each is locked while its process lives. Leftovers are cleared away."""
    found = []
    for file in sorted(records.glob("*.lock")):
        holder = read_record(file)
        if holder is None:
            continue  # being made
        with suppress(OSError):
            if is_free(file):
                file.unlink()
                continue
        found.append(holder)
    return found


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock at *path* at this moment; nothing is created or kept.

    Raises:
        OSError: that cannot be told from here.
    """
    try:
        if sys.platform == "win32":
            return _is_free_on_windows(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {EACCES, EAGAIN}:
            return False
        raise
    finally:
        os.close(descriptor)
    return True


def is_surely_free(path: Path) -> bool:
    """Whether nobody holds the lock at *path*; False also where that cannot be told."""
    try:
        return is_free(path)
    except OSError:
        return False


def _is_free_on_windows(path: Path) -> bool:
    from filelock import FileLock, Timeout

    os.stat(path)  # filelock would make the file
    lock = FileLock(path, thread_local=False, preserve_lock_file=True)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    lock.release()
    return True


def recorded(path: Path, records: Path | None = None) -> Iterator[Holder]:
    """Every record of the lock at *path*, whatever became of its process."""
    for file in (path, *(sorted(records.glob("*.lock")) if records else ())):
        holder = read_record(file)
        if holder is not None:
            yield holder


def read_record(path: Path) -> Holder | None:
    """The record in the lock file *path*; None if there is none that can be read."""
    for _ in range(2):  # a record that is being written is whole a moment later
        try:
            with open(path, "rb", buffering=0) as file:
                file.seek(RECORD_AT)
                holder = decode(file.read(SIZE))
        except OSError:
            return None
        if holder is not None:
            return holder
    return None
