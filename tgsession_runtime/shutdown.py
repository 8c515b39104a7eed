"""SIGTERM, SIGHUP and SIGINT in a plain script: one orderly end of every guarded block, then what the signal would have done.

Python ends on SIGTERM without running a single `finally`, and raises `KeyboardInterrupt` anywhere, also as `__exit__`
begins. So while a guard is held in the main thread, its handlers stand in where the defaults stood; a handler of the
user's own, of asyncio's or of Celery's is left alone and only made to wait while a client is being disconnected.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

_ENDING = tuple(number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None)
_WAITING = tuple(
    number for name in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)


class Terminated(SystemExit):
    """Raised in a guarded `with` block when the process is told to end; the block's exit does the rest."""


class Interruptible(Protocol):
    """A guarded block, as this module sees it."""

    def interrupt(self) -> bool:
        """End the block; whether it did, or nothing can be raised here because it is being entered or left."""

    def raise_soon(self, error: BaseException) -> bool:
        """Raise *error* where the block's event loop was started, if it is running; whether it is."""

    def finish(self) -> None:
        """Disconnect now, as the process is about to end without having left the block."""


class Interrupts:
    """The signals of this process, and the guarded blocks that they end."""

    def __init__(self) -> None:
        self._blocks: list[Interruptible] = []
        self._replaced: dict[int, Any] = {}
        self._pending: int | None = None
        self._safe: set[CodeType] = set()

    def never_raise_in(self, *functions: Any) -> None:
        """Name functions that no signal may leave by an exception, not even before their first line."""
        self._safe.update(function.__code__ for function in functions)

    def join(self, block: Interruptible) -> None:
        """End *block* too, from now on, when this process is told to end."""
        self._blocks.append(block)
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _ENDING:
            if number not in self._replaced and signal.getsignal(number) is signal.SIG_DFL:
                self._replaced[number] = signal.signal(number, self._on_signal)
        if signal.SIGINT not in self._replaced and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._replaced[signal.SIGINT] = signal.signal(signal.SIGINT, self._on_signal)

    def leave(self, block: Interruptible) -> BaseException | None:
        """*block* has ended. If it was the last, the handlers of before are back, and what a signal asked for happens.

        Returns what to raise in the blocks around it, where a signal came that nothing was raised for yet.
        """
        if block in self._blocks:
            self._blocks.remove(block)
        if threading.current_thread() is not threading.main_thread():
            return None
        if self._blocks:
            return _exception_of(self._pending) if self._pending is not None else None
        for number, handler in self._replaced.items():
            if signal.getsignal(number) == self._on_signal:
                signal.signal(number, handler)
        self._replaced.clear()
        pending, self._pending = self._pending, None
        if pending is None or pending == signal.SIGINT:
            return KeyboardInterrupt() if pending else None
        deliver(pending)
        return _exception_of(pending)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._pending = self._pending or number
        # Every block is told, so each is asked before anything is raised.
        ended = [block.interrupt() for block in list(self._blocks)]
        if all(ended) or self._is_safe(frame):
            return
        error = _exception_of(number)
        # In the middle of a loop's callback an exception would kill one of Telethon's tasks instead of the block.
        if not any(block.raise_soon(error) for block in self._blocks):
            raise error

    def owns(self, handler: object) -> bool:
        """Whether *handler* is this module's."""
        return handler == self._on_signal

    def _is_safe(self, frame: FrameType | None) -> bool:
        while frame is not None:
            if frame.f_code in self._safe:
                return True
            frame = frame.f_back
        return False

    def reset(self) -> None:
        """Forget everything: this is a forked child, and the blocks are its parent's."""
        for number, handler in self._replaced.items():
            if signal.getsignal(number) == self._on_signal:
                signal.signal(number, handler)
        self._blocks.clear()
        self._replaced.clear()
        self._pending = None

    def finish_all(self) -> None:
        """The interpreter ends, and some blocks were never left: disconnect them, innermost first."""
        while self._blocks:
            block = self._blocks.pop()
            try:
                block.finish()
            except Exception:  # noqa: S110 - the process ends; the next block must have its turn
                pass
        if self._pending is not None and self._pending != signal.SIGINT:
            deliver(self._pending)


def _exception_of(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(128 + number)


def deliver(number: int) -> None:
    """Do now what signal *number* does by default, or by the handler that is there."""
    if signal.getsignal(number) is signal.SIG_DFL:
        os.kill(os.getpid(), number)
    else:
        signal.raise_signal(number)


@contextmanager
def deferred() -> Iterator[None]:
    """Let no signal end what happens inside; those that come are delivered afterwards, once each."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    replaced = {}
    for number in _WAITING:
        handler = signal.getsignal(number)
        if handler not in {None, signal.SIG_IGN} and not interrupts.owns(handler):
            replaced[number] = signal.signal(number, lambda sent, _frame: came.append(sent))
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(came):
            deliver(number)


interrupts = Interrupts()
atexit.register(interrupts.finish_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=interrupts.reset)
