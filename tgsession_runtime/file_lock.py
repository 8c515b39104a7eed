"""One host: a lock that the kernel releases when its holder dies, with the holder's record inside.

The lock is filelock's, which knows forks, replaced files and signals. Claims that are shared use the same lock through
the kernel's own shared mode, which filelock has none of.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from errno import EACCES, EAGAIN
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout
from filelock import __version__ as filelock_version

from tgsession_runtime import forks
from tgsession_runtime.holder import SIZE, Holder, decode, liveness
from tgsession_runtime.records import RECORD_AT, read_record

if TYPE_CHECKING:
    from pathlib import Path

# Before 4.2, which needs Python 3.11.
_EMPTIES = tuple(int(part) for part in filelock_version.split(".")[:2] if part.isdigit()) < (4, 2)


class RecordedLock:
    """The lock at *path*, held by one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.predecessor: Holder | None = None
        """Who held it last, where that one did not release it."""
        self.descriptor = -1
        self._holder: Holder | None = None
        self._before: Holder | None = None
        self._lock = FileLock(
            path,
            thread_local=False,  # a guard may be left by another thread than entered it
            fallback_to_soft=False,  # a file system without locks must fail, not pretend
            preserve_lock_file=True,  # an unlinked lock splits waiters over two files
            on_acquired=self._acquired,
        )

    def try_acquire(self, holder: Holder) -> bool:
        """Take the lock for *holder* if it is free.

        Raises:
            OSError: it cannot be taken at all: a read-only folder, a foreign file, a file system without locks.
        """
        self._holder = holder
        # What the file says is to be read first where filelock empties it as it takes it.
        self._before = read_record(self.path) if _EMPTIES else None
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def _acquired(self, descriptor: int) -> None:
        assert self._holder is not None  # noqa: S101 - set by the only caller
        found = decode(os.pread(descriptor, SIZE, RECORD_AT)) if hasattr(os, "pread") else None
        if found is None and self._before is not None and liveness(self._before) != "alive":
            found = self._before
        self.predecessor = found if found is not None and found.state == "holding" else None
        _write(descriptor, self._holder)
        self.descriptor = descriptor  # only now: after a failure filelock closes it, and the number may be another file's

    def mark(self, state: Literal["waiting", "holding", "released"], key_id: str) -> None:
        """Say in the record how things are now."""
        if self.descriptor >= 0 and self._holder is not None and (self._holder.state, self._holder.key_id) != (state, key_id):
            self._holder = replace(self._holder, state=state, key_id=key_id)
            _write(self.descriptor, self._holder)

    def describe(self, holder: Holder) -> None:
        """Say in the record who *holder* is."""
        if self.descriptor >= 0 and self._holder is not None:
            self._holder = replace(holder, state=self._holder.state, key_id=self._holder.key_id)
            _write(self.descriptor, self._holder)

    def release(self) -> None:
        """Free the lock; the record says that it was done in order."""
        if self._holder is not None:
            with suppress(OSError):  # a disk error must not keep the lock
                self.mark("released", self._holder.key_id)
        self.descriptor = -1
        self._lock.release(force=True)

    def intact(self) -> bool:
        """Whether the file that is locked is still the one that others would lock."""
        return _is_file(self.descriptor, self.path)


class SharedLock:
    """The lock at *path*, held by several; each has a record of its own in *records*."""

    predecessor: Holder | None = None

    def __init__(self, path: Path, records: Path) -> None:
        self.path, self._records = path, records
        self.descriptor = -1
        self._record: RecordedLock | None = None

    def try_acquire(self, holder: Holder) -> bool:
        """Take a share of the lock for *holder* unless one process has it alone.

        Raises:
            OSError: it cannot be taken at all; always on Windows, which has no such lock here.
        """
        if sys.platform == "win32":
            raise OSError("claims are shared through `flock`, which this system does not have")
        import fcntl

        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in {EACCES, EAGAIN}:
                return False
            raise
        self.descriptor = descriptor
        forks.watch(self)
        try:
            if self.intact():
                self._record = RecordedLock(self._records / f"{holder.token}.lock")
                if self._record.try_acquire(holder):
                    return True  # else somebody was just looking whether it is held
        except BaseException:
            self.release()
            raise
        self.release()
        return False

    def mark(self, state: Literal["waiting", "holding", "released"], key_id: str) -> None:
        """Say in the record how things are now."""
        if self._record is not None:
            self._record.mark(state, key_id)

    def describe(self, holder: Holder) -> None:
        """Say in the record who *holder* is."""
        if self._record is not None:
            self._record.describe(holder)

    def release(self) -> None:
        """Give the share back."""
        record, self._record = self._record, None
        try:
            if record is not None:
                with suppress(OSError):
                    record.path.unlink()
                record.release()
        finally:
            if self.descriptor >= 0:
                descriptor, self.descriptor = self.descriptor, -1
                os.close(descriptor)

    def intact(self) -> bool:
        """Whether the file that is locked is still the one that others would lock."""
        return _is_file(self.descriptor, self.path)

    def after_fork_in_child(self) -> None:
        """A share is the parent's: the child must not hold it on."""
        if self.descriptor >= 0:
            forks.silence(self.descriptor)


def _is_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except OSError:
        return False


def _write(descriptor: int, holder: Holder) -> None:
    if hasattr(os, "pwrite"):
        os.pwrite(descriptor, holder.encode(), RECORD_AT)
        return
    os.lseek(descriptor, RECORD_AT, os.SEEK_SET)
    os.write(descriptor, holder.encode())
