"""The line of those who wait for one lock on this host: the oldest is woken first, and nobody has to poll fast.

Each waiter keeps a pipe in the lock's folder, named after when it came. Whoever releases the lock writes a byte into the
oldest one. Whether a waiter still lives, the kernel says: a pipe that nobody reads cannot be opened for writing. So a
waiter that was killed is passed over, and one that was stopped is overtaken after a moment by those behind it.
Where there are no named pipes (Windows) and across containers, waiters find the lock free by looking at it regularly.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from tgsession_runtime import forks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A killed holder wakes nobody: its first waiter finds out within this time, in seconds.
_FIRST_LOOKS = 0.05
# The others look too, rarely, in case that the first in line was stopped. 49 of them cost 200 system calls a second.
_OTHERS_LOOK = 0.25
_WITHOUT_PIPES = 0.01
# What is said to waiters: the lock is free; you are first in line now.
_FREE, _FIRST = b"\0", b"\1"
_numbers = count()


class Place:
    """One waiter's place in a line."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._descriptor = folder, -1
        self._first: str | None = ""  # who was first in line when this waiter last looked
        # The clock since boot is the same for all processes; the rest only makes the name its own.
        self._name = f"{time.monotonic_ns():020d}-{os.getpid()}-{next(_numbers)}"
        if hasattr(os, "mkfifo"):
            with suppress(OSError):  # a full disk or a file system without pipes: then by looking
                os.mkfifo(folder / self._name, mode=0o600)
                # Open for writing too, or the first visitor that closes his end would leave an endless end-of-file.
                self._descriptor = os.open(folder / self._name, os.O_RDWR | os.O_NONBLOCK)
                forks.watch(self)

    @property
    def descriptor(self) -> int | None:
        """Readable when this waiter is woken; None where waiters are not woken."""
        return None if self._descriptor < 0 else self._descriptor

    def may_look(self) -> bool:
        """Whether this waiter may try the lock now; to be asked before each try.

        It may when it is first, when it was woken, and when the line has not moved since it last asked. Others leave the lock
        alone: it is free for the moment that the first in line takes to wake up, and is not theirs.
        """
        if self._descriptor < 0:
            return True
        said = self._hear()
        first, before = _oldest(self._folder), self._first
        self._first = first
        return _FREE in said if said else first in {self._name, None, before}

    def pause(self) -> float:
        """How long to wait for being woken before the lock is looked at anyway, in seconds."""
        if self._descriptor < 0:
            return _WITHOUT_PIPES
        return _FIRST_LOOKS if self._first in {self._name, None} else _OTHERS_LOOK

    def _hear(self) -> bytes:
        """What was said to this waiter; taken before the lock is tried, so that what comes during the try ends the next pause."""
        said = b""
        with suppress(OSError):
            while more := os.read(self._descriptor, 64):
                said += more
        return said

    def leave(self) -> None:
        """Give the place up; whoever is first now learns it, and looks as often as the first should."""
        if self._descriptor >= 0:
            with suppress(OSError):
                (self._folder / self._name).unlink()
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
            _tell(self._folder, _FIRST)

    def after_fork_in_child(self) -> None:
        """The place is the parent's: a child must neither keep it alive nor give it up."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            forks.silence(descriptor)


def anybody(folder: Path) -> bool:
    """Whether somebody waits in *folder*."""
    return _oldest(folder) is not None


def wake(folder: Path) -> None:
    """Wake whoever has waited longest in *folder*, and those behind it up to the first who had not been woken already.

    Who was woken before and has not come is on its way, or was stopped: then the next must not wait for it.
    """
    _tell(folder, _FREE)


def _tell(folder: Path, what: bytes) -> None:
    for name in _living(folder):
        with suppress(OSError):
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_NONBLOCK)
            try:
                deaf = _unread(descriptor)
                os.write(descriptor, what)
            finally:
                os.close(descriptor)
            if not deaf:
                return


def _oldest(folder: Path) -> str | None:
    return next(_living(folder), None)


def _living(folder: Path) -> Iterator[str]:
    """The waiters that live, the oldest first; the leftovers of dead ones before them are cleared away."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        try:
            os.close(os.open(folder / name, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            # No reader: it is dead, or has just made its pipe and not opened it yet. Only the dead stay.
            if _is_old(name):
                with suppress(OSError):
                    (folder / name).unlink()
        else:
            yield name


def _unread(descriptor: int) -> int:
    """How many bytes wait in the pipe to be read by its waiter."""
    import fcntl
    import termios

    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4), sys.byteorder)


def _is_old(name: str) -> bool:
    came = name.partition("-")[0]
    return not came.isdigit() or abs(time.monotonic_ns() - int(came)) > 1_000_000_000
