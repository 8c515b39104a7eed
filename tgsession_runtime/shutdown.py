"""SIGTERM, SIGHUP and SIGINT in a plain script: one orderly end of every guarded block, then what the signal would have done.

Python ends on SIGTERM without running a single `finally`, and raises `KeyboardInterrupt` anywhere, also as `__exit__`
begins. So while a guard is held, handlers of this module stand in where the defaults stood, and for those that are known
to end what runs by raising: `raisers.py`. Any other handler, of the user's own, of asyncio's or of Celery's main process, is
left alone, and only made to wait while a client is being disconnected.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from tgsession_runtime.raisers import NUMBERS, Raisers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

_ENDING = tuple(number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None)
_WAITING = tuple(
    number for name in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)
_OURS = {*((number, signal.SIG_DFL) for number in _ENDING), (signal.SIGINT, signal.default_int_handler)}
# How long the code of a block may keep its loop from hearing of a signal, in seconds.
_PATIENCE = 1.0
# How long other threads get to leave their blocks when the process ends, in seconds: a disconnect has 10 of its own.
_AT_EXIT = 12.0


class Terminated(SystemExit):
    """Raised in a guarded `with` block when the process is told to end; the block's exit does the rest."""


class ProcessEnds(SystemExit):
    """Raised in a guarded block of another thread when the main thread has ended, and the process with it."""


class Interruptible(Protocol):
    """A guarded block, as this module sees it."""

    @property
    def elsewhere(self) -> bool:
        """Whether another thread runs its loop right now."""

    @property
    def deaf(self) -> bool:
        """Whether it was told to end and its loop has not come to that: something blocks it."""

    def interrupt(self, error: BaseException) -> bool:
        """End the block because of *error*; False if that takes an exception raised in the main thread here and now.

        So it does where there is no loop to ask, and where the loop was asked before and did not come to it.
        """

    def finish(self) -> None:
        """Disconnect now, as the process is about to end without having left the block."""


class Interrupts:
    """The signals of this process, and the guarded blocks that they end."""

    def __init__(self) -> None:
        self._blocks: list[Interruptible] = []
        self._defaults: dict[int, Any] = {}
        """What our handler stands in for."""
        self._held_back: dict[int, Any] = {}
        """The handlers that wait until nothing is being disconnected."""
        self._came: list[int] = []
        self._deferrals = 0
        self._due: int | None = None
        self._reminder: threading.Timer | None = None
        self._raisers = Raisers()
        self._refusing = False
        self._safe: set[CodeType] = set()

    def never_raise_in(self, *functions: Any) -> None:
        """Name functions that no signal may leave by an exception, not even before their first line."""
        self._safe.update(function.__code__ for function in functions)

    def stand_in_for(self, handler: Any, turned: Callable[[BaseException], BaseException]) -> None:
        """Name a handler that ends what runs by raising, so that guarded blocks end in order on its signals too.

        An event loop lets only a `SystemExit` and a `KeyboardInterrupt` through: what it raises is *turned* into one.
        """
        self._raisers.name(handler, turned)

    @property
    def due(self) -> BaseException | None:
        """What the main thread has to raise because of a signal that came."""
        return self._exception_of(self._due) if self._due is not None and _in_main_thread() else None

    def join(self, block: Interruptible) -> None:
        """End *block* too, from now on, when this process is told to end."""
        if self._refusing:
            raise Terminated(128 + signal.SIGTERM)
        self._blocks.append(block)
        if _in_main_thread():
            for number in {*_ENDING, signal.SIGINT, *(NUMBERS if self._raisers else ())}:
                handler = self._handler(number)
                if handler in self._raisers or (number, handler) in _OURS:
                    self._defaults[number] = handler
                    self._set(number, self._on_signal)

    def leave(self, block: Interruptible) -> BaseException | None:
        """*block* has ended. If it was the last, the defaults are back, and what a signal asked for is done.

        Returns what to raise, where a signal came whose work is not done yet: for the blocks around, or SIGINT's.
        """
        if block in self._blocks:
            self._blocks.remove(block)
        if self._blocks:
            return self.pass_on(self.due)
        due, error = self._due, self.due
        if self._reminder is not None:
            self._reminder.cancel()
            self._reminder = None
        if not _in_main_thread():
            if due is not None:
                os.kill(os.getpid(), due)  # the main thread's handler finds no block left, and gives way
            return None
        self._give_way()
        if due is not None and due != signal.SIGINT and self._raisers.error(due) is None:
            deliver(due)
        return self.pass_on(error)

    def pass_on(self, error: BaseException | None) -> BaseException | None:
        """*error*, which is going to be raised: where a handler raised it that is stood in for, that is then done."""
        if (number := self._raisers.pass_on(error)) is not None and number == self._due:
            self._due = None
        return error

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let no signal end what happens inside; those that come are delivered afterwards, once each."""
        if not _in_main_thread():
            yield
            return
        self._deferrals += 1
        if self._deferrals == 1:
            for number in _WAITING:
                handler = signal.getsignal(number)
                if not (handler is None or handler is signal.SIG_IGN or handler == self._on_signal or _is_loops(handler)):
                    self._held_back[number] = signal.signal(number, self._on_deferred)
        try:
            yield
        finally:
            self._deferrals -= 1
            if not self._deferrals:
                self._deliver_deferred()

    def at_exit(self) -> None:
        """The interpreter ends: blocks that daemon threads are in are left there, all others here."""
        others = [block for block in self._blocks if block.elsewhere]
        for block in others:
            block.interrupt(ProcessEnds())
        deadline = time.monotonic() + _AT_EXIT
        while any(block in self._blocks for block in others) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.finish_all()

    def finish_all(self) -> None:
        """The interpreter ends, and some blocks were never left: disconnect them, innermost first."""
        while self._blocks:
            block = self._blocks.pop()
            try:
                block.finish()
            except Exception:  # noqa: S110 - the process ends; the next block must have its turn
                pass
        due = self._due
        self._give_way()
        if due is not None and due != signal.SIGINT and self._raisers.error(due) is None:
            deliver(due)

    def end_all(self, seconds: float) -> None:
        """The process is about to end: tell every block, give them *seconds* to be left, then disconnect the rest.

        From now on no guard can be entered. A block whose thread is busy with other things is disconnected from this one.
        """
        self._refusing = True
        error = Terminated(128 + signal.SIGTERM)
        for block in list(self._blocks):
            block.interrupt(error)
        deadline = time.monotonic() + seconds
        while self._blocks and time.monotonic() < deadline:
            time.sleep(0.01)
        with self.deferred():
            self.finish_all()

    def forget(self) -> None:
        """Begin anew: this is a forked child, and the blocks are its parent's."""
        self._blocks.clear()
        for number, handler in self._held_back.items():
            if signal.getsignal(number) == self._on_deferred:
                signal.signal(number, handler)
        self._held_back.clear()
        self._came.clear()
        self._deferrals = 0
        self._reminder = None
        self._raisers.forget()
        self._give_way()

    # handlers

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self._blocks:  # the last one was left in another thread, which may not change handlers
            self._give_way()
            deliver(number)
            return
        raised = self._raisers.ask(number, self._defaults.get(number), frame)
        if raised is not None and raised.for_good and signal.getsignal(number) != self._on_signal:
            self._defaults[number] = signal.signal(number, self._on_signal)
        if raised is not None and raised.passed_on:
            return
        if self._due is None or self._raisers.error(self._due) is not None:
            self._due = number  # what the process ends by is what its blocks are left by: the first that came
        error = self._exception_of(self._due)
        # Every block is told before anything is raised.
        ended = [block.interrupt(error) for block in list(self._blocks)]
        if not all(ended) and not self._is_safe(frame):
            raise self.pass_on(error) or error
        if self._reminder is None:
            self._reminder = threading.Timer(_PATIENCE, self._remind, (number,))
            self._reminder.daemon = True
            self._reminder.start()

    def _remind(self, number: int) -> None:
        self._reminder = None
        if any(block.deaf for block in list(self._blocks)):
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(threading.main_thread().ident or 0, number)
            else:  # Windows: Python's handlers run in the main thread wherever the signal was raised
                signal.raise_signal(number)

    def _on_deferred(self, number: int, _frame: FrameType | None) -> None:
        self._came.append(number)

    def _deliver_deferred(self) -> None:
        for number, handler in self._held_back.items():
            if signal.getsignal(number) == self._on_deferred:
                signal.signal(number, handler)
        came = list(dict.fromkeys(self._came))
        self._held_back.clear()
        self._came.clear()
        for number in came:
            deliver(number)

    def _handler(self, number: int) -> Any:
        return self._held_back[number] if number in self._held_back else signal.getsignal(number)

    def _set(self, number: int, handler: Any) -> None:
        if number in self._held_back:
            self._held_back[number] = handler
        else:
            signal.signal(number, handler)

    def _give_way(self) -> None:
        for number, handler in self._defaults.items():
            if self._handler(number) == self._on_signal:
                self._set(number, handler)
        self._defaults.clear()
        self._due = None

    def _exception_of(self, number: int) -> BaseException:
        if (raised := self._raisers.error(number)) is not None:
            return raised
        return KeyboardInterrupt() if number == signal.SIGINT else Terminated(128 + number)

    def _is_safe(self, frame: FrameType | None) -> bool:
        while frame is not None:
            if frame.f_code in self._safe:
                return True
            frame = frame.f_back
        return False


def deliver(number: int) -> None:
    """Do now what signal *number* does by default, or by the handler that is there."""
    if signal.getsignal(number) is signal.SIG_DFL:
        os.kill(os.getpid(), number)
    else:
        signal.raise_signal(number)


def _is_loops(handler: Any) -> bool:
    """Whether *handler* only stands in for one of an event loop's, which hears of the signal in another way, and once."""
    return getattr(handler, "__name__", "") == "_sighandler_noop" or hasattr(getattr(handler, "__self__", None), "run_forever")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


interrupts = Interrupts()
atexit.register(interrupts.at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=interrupts.forget)
