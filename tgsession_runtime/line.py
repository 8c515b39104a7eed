"""The line of those who wait for one lock on this host: the oldest is woken first, and nobody has to poll fast.

Each waiter keeps a pipe in the lock's folder, named after when it came. Whoever releases the lock writes a byte into the
oldest one. Whether a waiter still lives, the kernel says: a pipe that nobody reads cannot be opened for writing. So a
waiter that was killed is passed over, and one that was stopped is overtaken after a moment by those behind it.
Where there are no named pipes (Windows) and across containers, waiters find the lock free by looking at it regularly.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from tgsession_runtime import forks

if TYPE_CHECKING:
    from pathlib import Path

# A killed holder wakes nobody: its first waiter finds out within this time, in seconds.
_FIRST_LOOKS = 0.05
# The others look too, rarely, in case that the first in line was stopped. 49 of them cost 200 system calls a second.
_OTHERS_LOOK = 0.25
_WITHOUT_PIPES = 0.01
_numbers = count()


class Place:
    """One waiter's place in a line."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._descriptor = folder, -1
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

    def is_first(self) -> bool:
        """Whether nobody has waited longer, or nobody can tell."""
        return self._descriptor < 0 or _oldest(self._folder) in {self._name, None}

    def pause(self) -> float:
        """How long to wait for being woken before the lock is looked at anyway, in seconds."""
        if self._descriptor < 0:
            return _WITHOUT_PIPES
        with suppress(OSError):
            while os.read(self._descriptor, 64):
                pass
        return _FIRST_LOOKS if self.is_first() else _OTHERS_LOOK

    def leave(self) -> None:
        """Give the place up."""
        if self._descriptor >= 0:
            with suppress(OSError):
                (self._folder / self._name).unlink()
            os.close(self._descriptor)
            self._descriptor = -1

    def after_fork_in_child(self) -> None:
        """The place is the parent's: a child must not keep it alive."""
        if self._descriptor >= 0:
            forks.silence(self._descriptor)


def anybody(folder: Path) -> bool:
    """Whether somebody waits in *folder*."""
    return _oldest(folder) is not None


def wake(folder: Path) -> None:
    """Wake whoever has waited longest in *folder*."""
    name = _oldest(folder)
    if name is not None:
        with suppress(OSError):
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_NONBLOCK)
            try:
                os.write(descriptor, b"\0")
            finally:
                os.close(descriptor)


def _oldest(folder: Path) -> str | None:
    """The oldest waiter that lives; the leftovers of dead ones before it are cleared away."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return None
    for name in names:
        try:
            os.close(os.open(folder / name, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            # No reader: it is dead, or has just made its pipe and not opened it yet. Only the dead stay.
            if _is_old(name):
                with suppress(OSError):
                    (folder / name).unlink()
        else:
            return name
    return None


def _is_old(name: str) -> bool:
    came = name.partition("-")[0]
    return not came.isdigit() or abs(time.monotonic_ns() - int(came)) > 1_000_000_000
