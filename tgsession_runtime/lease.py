"""A claim that ends by time unless it is renewed: what keeps other hosts out.

Two threads. One does all that talks to the store: it asks, renews, releases. The other only looks at the clock, so that
no store that hangs, no name server that does not answer and no blocked event loop keeps the connections from being reset
in time.
"""

from __future__ import annotations

import logging
import random
import signal
import threading
from typing import TYPE_CHECKING, Any

from tgsession_runtime import forks
from tgsession_runtime.bell import Bell
from tgsession_runtime.errors import StoreError, TgsessionError
from tgsession_runtime.events import event
from tgsession_runtime.leasing import left_behind
from tgsession_runtime.terms import Tenure, clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_runtime.holder import Holder
    from tgsession_runtime.leasing import Leasing
    from tgsession_runtime.session import SessionName
    from tgsession_runtime.stores import Held, Store

# How often a contender asks, in seconds: half of that is what a hand-over takes.
_ASK_EVERY = 0.1
_ASK_EVERY_LATER = 0.5
_SOON = 5.0
# How often the clock is looked at: a wait does not go on while the machine is suspended, its clock does.
_TICK = 0.5


class Lease:
    """*holder*'s lease on the session *name*: asked for by `start`, ended by `release`."""

    def __init__(self, name: SessionName, holder: Holder, leasing: Leasing, now: Callable[[], float] = clock) -> None:
        self.name, self.holder, self.leasing = name, holder, leasing
        self.tenure: Tenure | None = None
        """Set once it is granted."""
        self.token = 0
        self.held: Held | None = None
        """Who has it, as the store last said, while this is waiting."""
        self.answered = False
        self.error: TgsessionError | None = None
        """Why it cannot be asked for at all."""
        self.lost = ""
        """Why it is no longer this holder's; empty while it is."""
        self.ended = threading.Event()
        self.on_renewed: Callable[[], None] = _nothing
        """Called in a thread of the lease's own, as are the next two."""
        self.on_lost: Callable[[str], None] = _nothing
        self.on_cut: Callable[[], None] = _nothing
        self._now = now
        self._wake = threading.Event()
        self._stop = False
        self._abandoned = False
        self._cut = False
        self._due = 0.0
        self._trouble = ""
        self.news = Bell()
        """Rung whenever there is something to look at."""
        self._store: Store | None = None
        self._mutex = threading.Lock()
        forks.watch(self)

    def start(self) -> None:
        """Ask for it, in a thread."""
        threading.Thread(target=self._live, name="tgsession lease", daemon=True).start()

    def is_open(self) -> bool:
        """Whether anything may be sent to Telegram on the strength of it, at this very moment."""
        return not self._cut and self.tenure is not None and self.tenure.is_open(self._now())

    def timer(self) -> int:
        """The delay for Telegram's timer: whole seconds; 0 if it is too late."""
        return self.tenure.timer(self._now()) if self.tenure is not None and not self.lost else 0

    def describe(self, holder: Holder) -> None:
        """Name *holder* in the store's record, with the next renewal, which is now."""
        self.holder = holder
        self._due = 0.0
        self._wake.set()

    def abandon(self) -> None:
        """Let it run out instead of releasing it: Telegram may still hold the connection for alive."""
        self._abandoned = True

    def stop(self) -> None:
        """End it, without waiting for that."""
        self._stop = True
        self._wake.set()

    def release(self, seconds: float) -> None:
        """End it, waiting up to *seconds*; a store that cannot be reached lets it run out."""
        self.stop()
        # One that is still asked for is nobody's: should it be granted now, the thread gives it back.
        self.ended.wait(seconds if self.tenure is not None else min(seconds, _TICK))
        self.news.close()

    def after_fork_in_child(self) -> None:
        """Threads do not come along, and the connection is the parent's."""
        self._cut = True
        self.ended.set()
        if self._store is not None:
            self._store.after_fork_in_child()
        self.news.after_fork_in_child()

    # the thread that talks to the store

    def _live(self) -> None:
        _hear_no_signals()
        try:
            self._store = store = self.leasing.open()
            if (tenure := self._ask(store)) is not None:
                threading.Thread(target=self._look_at_the_clock, args=(tenure,), name="tgsession lease clock", daemon=True).start()
                self.news.ring()
                self._renew(store, tenure)
        except Exception as error:
            # A fault of ours must not look like a lease that is still asked for, or kept.
            self.error = error if isinstance(error, TgsessionError) else StoreError(self.leasing.address, f"{type(error).__name__}: {error}")
            if self.tenure is not None:
                # At once: nobody looks at the clock any more.
                self._lose(f"its renewal broke down: {type(error).__name__}", cut=True)
        finally:
            if self._store is not None:
                self._store.close()
            self.ended.set()
            self._wake.set()
            self.news.ring()

    def _ask(self, store: Store) -> Tenure | None:
        """Ask until it is granted; None if nobody waits for it any more."""
        begun, over, terms = self._now(), 0, self.leasing.terms
        while not self._stop:
            began = self._now()
            try:
                answer = store.acquire(self.name.key_id_hex, self._record, terms.kept, over)
            except StoreError as error:
                if not self.answered:
                    raise
                self._note_trouble(error)
            else:
                self._trouble = ""
                if isinstance(answer, int):
                    self.token, self.tenure, self.answered = answer, Tenure(terms, began), True
                    self._due = began + self._pace()
                    return self.tenure
                if over := left_behind(answer):
                    continue
                self.held, self.answered = answer, True
            self.news.ring()
            self._sleep(_ASK_EVERY if self._now() - begun < _SOON else _ASK_EVERY_LATER)
        return None

    def _renew(self, store: Store, tenure: Tenure) -> None:
        """Renew it until it is to end, then release it."""
        terms = self.leasing.terms
        while not self._stop and not self.lost:
            now = self._now()
            if now < self._due:
                self._sleep(min(_TICK, self._due - now))
                continue
            try:
                good = store.renew(self.name.key_id_hex, self.token, self._record, terms.kept)
            except StoreError as error:
                self._note_trouble(error)
                self._due = self._now() + terms.renew / 5
                continue
            if not good:
                self._lose("somebody else has it", cut=True)
                return
            self._trouble = ""
            tenure.renewed(now)
            self._due = now + self._pace()
            if tenure.is_good(self._now()):
                self.on_renewed()
        while not self._stop:
            self._sleep(_TICK)
        if not self._abandoned:
            self._leave(store)

    def _leave(self, store: Store) -> None:
        try:
            store.release(self.name.key_id_hex, self.token)
        except StoreError as error:
            self._log(logging.WARNING, f"the lease could not be released and runs out by itself: {error.reason}")

    def _pace(self) -> float:
        return self.leasing.terms.renew * random.uniform(1.0, 1.2)  # noqa: S311 - no secret

    # the thread that looks at the clock

    def _look_at_the_clock(self, tenure: Tenure) -> None:
        _hear_no_signals()
        terms = self.leasing.terms
        while not self.ended.is_set() and not self._cut:
            now = self._now()
            if not tenure.is_good(now):
                self._lose(f"it was not renewed for {terms.deadline:g} s{': ' + self._trouble if self._trouble else ''}")
            if not tenure.is_open(now):
                self._cut_off()
                return
            end = terms.cut if self.lost else terms.deadline
            self.ended.wait(min(_TICK, max(0.001, tenure.since + end - now)))

    def _lose(self, reason: str, *, cut: bool = False) -> None:
        with self._mutex:
            first, self.lost = not self.lost, self.lost or reason
        if cut:
            self._cut_off()
        if first:
            self._wake.set()
            self.on_lost(reason)

    def _cut_off(self) -> None:
        self._cut = True
        self.on_cut()

    # both

    @property
    def _record(self) -> str:
        return self.holder.encode().decode().strip()

    def _sleep(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _note_trouble(self, error: StoreError) -> None:
        first, self._trouble = not self._trouble, error.reason
        if first:
            self._log(logging.WARNING, f"the lease store `{error.address}` does not answer: {error.reason}")

    def _log(self, level: int, message: str, **fields: Any) -> None:
        event(level, "lease", self.name, message, token=self.token, **fields)


def _hear_no_signals() -> None:
    """Leave signals to the main thread: one that a thread hears would not wake who waits for it there."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def _nothing(*_: object) -> None:
    """Nobody asked to be told."""
