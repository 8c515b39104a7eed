"""One holder's hold on one session: the lock beside the file, the lock of the auth key, the lease; released in reverse.

`contend` says step by step how long to wait for what, and leaves the waiting to the caller: `pause.py` blocks a thread,
`waiting.py` an event loop never.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tgsession_runtime import holder, line
from tgsession_runtime.errors import (
    LeaseHeldError,
    LockError,
    SessionUnreadableError,
    StateFolderError,
    StoreError,
)
from tgsession_runtime.events import event
from tgsession_runtime.file_lock import RecordedLock, SharedLock
from tgsession_runtime.here import here
from tgsession_runtime.patience import GLANCE, REPORT_EVERY, Patience
from tgsession_runtime.pause import Pause
from tgsession_runtime.records import holders
from tgsession_runtime.session import look_into

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from tgsession_runtime.errors import TgsessionError
    from tgsession_runtime.holder import Holder
    from tgsession_runtime.lease import Lease
    from tgsession_runtime.leasing import Leasing
    from tgsession_runtime.session import SessionFile, SessionName
    from tgsession_runtime.state import State

# How long a process that was killed may take to close what it had open, in seconds.
_LONGEST_END = 5.0
# How long a lease store may take to say anything at all, and to hear of a release, in seconds. Its own limits are shorter;
# a name server's are not.
_FIRST_ANSWER = 15.0
_LAST_WORD = 7.0


class Claim:
    """A hold on the session *name*; `release` ends it."""

    def __init__(
        self, name: SessionName, state: State, *, shared: bool = False, egress: str = "", leasing: Leasing | None = None
    ) -> None:
        self.name = name
        self.file: SessionFile | None = None
        """What the session file says since it is claimed; None where there is no file, or none that can be read."""
        self.lease: Lease | None = None
        self._leasing = leasing
        self.holder = holder.current(shared=shared, egress=egress, key_id=name.key_id_hex)
        self.waited = 0.0
        """How long it took to get, in seconds."""
        self._state = state
        self._locks: list[RecordedLock | SharedLock] = []
        self._pid = os.getpid()

    @property
    def predecessor(self) -> Holder | None:
        """The last holder, where it ended without releasing."""
        return next((lock.predecessor for lock in self._locks if lock.predecessor is not None), None)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The locks' open files: a child that inherits them keeps the session claimed as long as it lives."""
        return tuple(lock.descriptor for lock in self._locks)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that are locked."""
        return tuple(lock.path for lock in self._locks)

    def describe(self, *, pid: int, started: str, command: str) -> None:
        """Name the process *pid* in the records as the one that has the session: a program that runs under this claim."""
        self.holder = replace(self.holder, pid=pid, started=started, command=command)
        for lock in self._locks:
            lock.describe(self.holder)
        if self.lease is not None:
            self.lease.describe(self.holder)

    def lost(self) -> str:
        """Why the locks do not keep others of this host out any more; empty while they do. The lease says so by itself."""
        broken = next((lock.path for lock in self._locks if not lock.intact()), None)
        return f"somebody deleted or replaced the lock file `{broken}`" if broken else ""

    def release(self) -> None:
        """Give the session up and wake whoever has waited longest for it; whatever fails, all locks are given up."""
        if self._pid != os.getpid():
            return  # a fork is not a holder
        if self.lease is not None:
            self.lease.release(_LAST_WORD)
            self.lease = None
        while self._locks:
            lock = self._locks.pop()
            here.forget(lock.path, self.holder)
            try:
                lock.release()
            except OSError as error:  # the kernel has closed the file nevertheless; the next lock must have its turn
                event(logging.WARNING, "release", self.name, f"releasing `{lock.path}`: {error.strerror or error}")
            with suppress(OSError, StateFolderError):
                line.wake(self._state.waiting(lock.path))

    def end_lease(self) -> Generator[Pause, None, None]:
        """Release the lease, without blocking; `release` does the rest, and this too where it is broken off."""
        lease = self.lease
        if lease is not None:
            lease.stop()
            end = time.monotonic() + _LAST_WORD
            while not lease.ended.is_set() and time.monotonic() < end:
                yield _news(lease, end - time.monotonic())
            lease.release(0.0)
            self.lease = None

    def take_key(self, name: SessionName, timeout: float) -> Generator[Pause, None, None]:
        """Claim the auth key that *name* has got since: a bot's first login makes one.

        Raises:
            SessionInUseError: somebody else uses that key.
        """
        self.name = name
        if name.key_id is not None and all(lock.path.stem != name.key_id_hex for lock in self._locks):
            patience = Patience(timeout)
            yield from self._take(self._state.key_lock(name.key_id_hex), patience)
            yield from self.end_lease()  # of the key before, which another data centre has not taken
            yield from self._take_lease(patience)
        self._mark("holding")

    def take(self, patience: Patience) -> Generator[Pause, None, None]:
        """Take the locks, the file's first."""
        if self.name.lock_path is not None:
            yield from self._take(self.name.lock_path, patience)
            # Somebody may have logged in while we waited. A damaged file tells no key, and is claimed to be mended.
            with suppress(SessionUnreadableError):
                self.name, self.file = look_into(self.name)
        if self.name.key_id is not None:
            self._mark("waiting")
            yield from self._take(self._state.key_lock(self.name.key_id_hex), patience)
            yield from self._take_lease(patience)
        yield from self._outlive_predecessor()
        self._mark("holding")
        self.waited = patience.spent

    def _outlive_predecessor(self) -> Generator[Pause, None, None]:
        """Wait until whoever was killed with the session has closed its connection: the kernel frees the lock now and then first."""
        end = time.monotonic() + _LONGEST_END
        while (killed := self.predecessor) is not None and holder.is_ending(killed) and time.monotonic() < end:
            yield Pause(0.001)

    def _take(self, path: Path, patience: Patience) -> Generator[Pause, None, None]:
        lock = self._lock(path)
        here.refuse(self.name, path, self.holder)
        waiting = self._state.waiting(path)
        if line.anybody(waiting) or not self._try(lock):
            yield from self._wait_in_line(lock, line.Place(waiting), patience)
        self._locks.append(lock)
        here.add(path, self.holder)
        if self.holder.shared:
            line.wake(waiting)  # the next may share it too

    def _wait_in_line(self, lock: RecordedLock | SharedLock, place: line.Place, patience: Patience) -> Generator[Pause, None, None]:
        try:
            while not (place.may_look() and self._try(lock)):
                here.refuse(self.name, lock.path, self.holder)
                known = self._holders(lock.path)
                patience.check(self.name, known)
                yield Pause(min(place.pause(), patience.left), place.descriptor)
        finally:
            place.leave()

    def _take_lease(self, patience: Patience) -> Generator[Pause, None, None]:
        if self._leasing is None:
            return
        from tgsession_runtime.lease import Lease

        self.lease = lease = Lease(self.name, self.holder, self._leasing)
        lease.start()
        while lease.tenure is None:
            if lease.error is not None:
                self._go_without(lease.error)
                return
            if lease.held is not None:
                known = [lease.held.holder] if lease.held.holder is not None else []
                patience.check(self.name, known, partial(LeaseHeldError, left=lease.held.left))
            elif patience.spent > patience.timeout + _FIRST_ANSWER:
                self._go_without(StoreError(self._leasing.address, "no answer"))
                return
            yield _news(lease, max(patience.left, GLANCE))

    def _go_without(self, error: TgsessionError) -> None:
        if self._leasing is None or self._leasing.required or not isinstance(error, StoreError):
            raise error
        event(logging.WARNING, "no-lease", self.name, f"going on without a lease: {error}")
        if self.lease is not None:
            self.lease.release(0.0)
            self.lease = None

    def _holders(self, path: Path) -> list[Holder]:
        """Who holds the lock at *path*; of one who still waits for the auth key, who holds that."""
        found: list[Holder] = []
        for one in holders(path, self._state.sharing(path)):
            key_lock = self._state.key_lock(one.key_id) if one.state == "waiting" and one.key_id else None
            found += (holders(key_lock, self._state.sharing(key_lock)) if key_lock else []) or [one]
        return [one for one in found if one.token != self.holder.token]

    def _lock(self, path: Path) -> RecordedLock | SharedLock:
        return SharedLock(path, self._state.sharing(path)) if self.holder.shared else RecordedLock(path)

    def _try(self, lock: RecordedLock | SharedLock) -> bool:
        try:
            return lock.try_acquire(self.holder)
        except OSError as error:
            raise LockError(self.name.label, str(lock.path), error.strerror or str(error)) from error

    def _mark(self, state: Literal["waiting", "holding"]) -> None:
        for lock in self._locks:
            lock.mark(state, self.name.key_id_hex)


def _news(lease: Lease, seconds: float) -> Pause:
    """A pause of up to *seconds*, until *lease* has something to say."""
    lease.news.hear()
    return Pause(min(seconds, REPORT_EVERY), lease.news.descriptor) if lease.news.descriptor is not None else Pause(GLANCE)


def contend(
    name: SessionName, state: State, *, timeout: float, shared: bool = False, egress: str = "", leasing: Leasing | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Pause, None, Claim]:
    """Claim the session *name*, waiting up to *timeout* seconds for whoever holds it; says who that is, each second.

    Raises:
        SessionInUseError: it was not to be had in time.
        SessionHeldHereError: this process holds it, or one that started it.
        LockError: a lock cannot be taken at all.
        StoreError: the store of the lease cannot be reached.
    """  # fmt: skip
    claim = Claim(name, state, shared=shared, egress=egress, leasing=leasing)
    try:
        yield from claim.take(Patience(timeout, clock))
    except BaseException:
        claim.release()
        raise
    return claim
