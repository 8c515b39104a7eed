"""One holder's hold on one session: the lock beside the file, then the lock of the auth key, released in reverse.

`contend` says step by step how long to wait for what, and leaves the waiting to the caller: `wait_for` blocks a thread,
`client.py` waits in an event loop without blocking it.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tgsession_runtime import forks, holder, line
from tgsession_runtime.errors import LockError, SessionHeldHereError, SessionInUseError, SessionUnreadableError, StateFolderError
from tgsession_runtime.events import event
from tgsession_runtime.file_lock import RecordedLock, SharedLock
from tgsession_runtime.records import holders, is_free, recorded
from tgsession_runtime.session import with_key

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from tgsession_runtime.holder import Holder
    from tgsession_runtime.session import SessionName
    from tgsession_runtime.state import State

_REPORT_EVERY = 1.0
# A lock that was looked at by somebody else for some microseconds is not in use.
_GLANCE = 0.005
# How long a process that was killed may take to close what it had open, in seconds.
_LONGEST_END = 5.0


@dataclass(frozen=True, slots=True)
class Pause:
    """How long to wait before the next step, in seconds, and what ends the wait sooner by becoming readable."""

    seconds: float
    descriptor: int | None = None


class Claim:
    """A hold on the session *name*; `release` ends it."""

    def __init__(self, name: SessionName, state: State, *, shared: bool = False, egress: str = "") -> None:
        self.name = name
        self.holder = holder.current(shared=shared, egress=egress, key_id=name.key_id_hex)
        self.waited = 0.0
        """How long it took to get, in seconds."""
        self._state = state
        self._locks: list[RecordedLock | SharedLock] = []
        self._pid = os.getpid()
        forks.watch(self)

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

    def lost(self) -> str:
        """Why this claim does not keep others out any more; empty while it does."""
        broken = next((lock.path for lock in self._locks if not lock.intact()), None)
        return f"somebody deleted or replaced the lock file `{broken}`" if broken else ""

    def release(self) -> None:
        """Give the session up and wake whoever has waited longest for it; whatever fails, all locks are given up."""
        if self._pid != os.getpid():
            return  # a fork is not a holder
        while self._locks:
            lock = self._locks.pop()
            _here.forget(lock.path, self)
            try:
                lock.release()
            except OSError as error:  # the kernel has closed the file nevertheless; the next lock must have its turn
                event(logging.WARNING, "release", self.name, f"releasing `{lock.path}`: {error.strerror or error}")
            with suppress(OSError, StateFolderError):
                line.wake(self._state.waiting(lock.path))

    def after_fork_in_child(self) -> None:
        """The claim is the parent's; the child remembers only whose it is."""
        for lock in self._locks:
            _here.inherit(lock.path, self.holder)

    def take_key(self, name: SessionName, timeout: float) -> Generator[Pause, None, None]:
        """Claim the auth key that *name* has got since: a bot's first login makes one.

        Raises:
            SessionInUseError: somebody else uses that key.
        """
        self.name = name
        if name.key_id is not None and all(lock.path.stem != name.key_id_hex for lock in self._locks):
            yield from self._take(self._state.key_lock(name.key_id_hex), _Wait(timeout))
        self._mark("holding")

    def take(self, wait: _Wait) -> Generator[Pause, None, None]:
        """Take the locks, the file's first."""
        if self.name.lock_path is not None:
            yield from self._take(self.name.lock_path, wait)
            # Somebody may have logged in while we waited. A damaged file tells no key, and is claimed to be mended.
            with suppress(SessionUnreadableError):
                self.name = with_key(self.name)
        if self.name.key_id is not None:
            self._mark("waiting")
            yield from self._take(self._state.key_lock(self.name.key_id_hex), wait)
        yield from self._outlive_predecessor()
        self._mark("holding")
        self.waited = wait.seconds

    def _outlive_predecessor(self) -> Generator[Pause, None, None]:
        """Wait until whoever was killed with the session has closed its connection: the kernel frees the lock now and then first."""
        end = time.monotonic() + _LONGEST_END
        while (killed := self.predecessor) is not None and holder.is_ending(killed) and time.monotonic() < end:
            yield Pause(0.001)

    def _take(self, path: Path, wait: _Wait) -> Generator[Pause, None, None]:
        lock = self._lock(path)
        _here.refuse(self.name, path, self.holder)
        waiting = self._state.waiting(path)
        if line.anybody(waiting) or not self._try(lock):
            yield from self._wait_in_line(lock, line.Place(waiting), wait)
        self._locks.append(lock)
        _here.add(path, self)
        if self.holder.shared:
            line.wake(waiting)  # the next may share it too

    def _wait_in_line(self, lock: RecordedLock | SharedLock, place: line.Place, wait: _Wait) -> Generator[Pause, None, None]:
        try:
            while not (place.may_look() and self._try(lock)):
                _here.refuse(self.name, lock.path, self.holder)
                known = self._holders(lock.path)
                wait.check(self.name, known)
                yield Pause(min(place.pause(), wait.left), place.descriptor)
        finally:
            place.leave()

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


def contend(
    name: SessionName, state: State, *, timeout: float, shared: bool = False, egress: str = "",
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Pause, None, Claim]:
    """Claim the session *name*, waiting up to *timeout* seconds for whoever holds it; says who that is, each second.

    Raises:
        SessionInUseError: it was not to be had in time.
        SessionHeldHereError: this process holds it, or one that started it.
        LockError: a lock cannot be taken at all.
    """  # fmt: skip
    claim = Claim(name, state, shared=shared, egress=egress)
    try:
        yield from claim.take(_Wait(timeout, clock))
    except BaseException:
        claim.release()
        raise
    return claim


def wait_for(steps: Generator[Pause, None, Claim]) -> Claim:
    """Take *steps* in this thread, blocking it."""
    while True:
        try:
            pause = next(steps)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        try:
            sleep(pause)
        except BaseException:
            steps.close()
            raise


def sleep(pause: Pause) -> None:
    """Block this thread for *pause*."""
    if pause.descriptor is None:
        time.sleep(pause.seconds)
    else:
        select.select([pause.descriptor], [], [], pause.seconds)


class _Wait:
    """One wait for a session: its end, and what is said on the way."""

    def __init__(self, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._begun, self._timeout = clock, clock(), max(timeout, _GLANCE)
        self._reported = -_REPORT_EVERY
        self._asked: set[str] = set()

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return self._clock() - self._begun

    @property
    def left(self) -> float:
        """How long it may last yet."""
        return max(0.0, self._timeout - self.seconds)

    def check(self, name: SessionName, known: list[Holder]) -> None:
        """Go on waiting for *known*, or raise."""
        for one in known:
            if one.token not in self._asked:
                self._asked.add(one.token)
                if holder.is_ancestor(one):
                    whose = "this very program" if one.pid == os.getpid() else "the process that started this one"
                    raise SessionHeldHereError(name.label, [one], f"{whose}, {one}")
        waited = self.seconds
        if waited >= self._timeout:
            raise SessionInUseError(name.label, known, waited)
        if self._timeout > _GLANCE and waited - self._reported >= _REPORT_EVERY:
            self._reported = waited
            who = " and ".join(map(str, known)) or "a process that left no record"
            message = f"waiting for {who}, {self.left:.0f} s left"
            fields = {"waited": round(waited, 3), "left": round(self.left, 3), "holder_pids": [one.pid for one in known]}
            event(logging.WARNING, "waiting", name, message, **fields)


class _Here:
    """What this process holds, so that it never waits for itself, and what the parent held when it forked."""

    def __init__(self) -> None:
        self._claims: dict[Path, list[Claim]] = {}
        self._inherited: dict[Path, Holder] = {}
        self._mutex = threading.Lock()

    def add(self, path: Path, claim: Claim) -> None:
        with self._mutex:
            self._claims.setdefault(path, []).append(claim)

    def forget(self, path: Path, claim: Claim) -> None:
        with self._mutex:
            kept = [one for one in self._claims.get(path, ()) if one is not claim]
            if kept:
                self._claims[path] = kept
            else:
                self._claims.pop(path, None)

    def inherit(self, path: Path, parent: Holder) -> None:
        """Note, in a child, what the parent holds; its mutex may have been taken by a thread that is not here."""
        self._mutex = threading.Lock()
        self._claims.pop(path, None)
        self._inherited[path] = parent

    def refuse(self, name: SessionName, path: Path, asking: Holder) -> None:
        """Raise if the lock at *path* will not come free before *asking* does something about it."""
        for claim in self._claims.get(path, ()):
            if not (asking.shared and claim.holder.shared):
                raise SessionHeldHereError(name.label, [claim.holder])
        parent = self._inherited.get(path)
        if parent is not None:
            if parent.token in {one.token for one in self._still(path)}:
                raise SessionHeldHereError(name.label, [parent], f"the process that this one was forked from, {parent}")
            del self._inherited[path]

    def _still(self, path: Path) -> Iterator[Holder]:
        with suppress(OSError):
            if not is_free(path):
                yield from recorded(path)


_here = _Here()
