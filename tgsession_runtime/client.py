"""`guarded_client()`: a Telegram client that one process has at a time, from before it is built until it is gone."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from tgsession_runtime.errors import ConfigurationError, InheritedGuardError, RunningLoopError
from tgsession_runtime.life import Life
from tgsession_runtime.plan import plan
from tgsession_runtime.shutdown import interrupts
from tgsession_runtime.waiting import to_the_end

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from types import TracebackType

    from telethon import TelegramClient
    from telethon.sessions import Session

    from tgsession_runtime.plan import Plan

C = TypeVar("C")
_FROM_SETTINGS: Any = object()  # None is a session too: one that is kept in memory
Workers = Literal["refuse", "wait", "ignore"]


@overload
def guarded_client(
    session: str | Path | Session | None = ..., api_id: int | None = ..., api_hash: str | None = ..., *,
    client_class: type[C], bot_token: str | None = ..., lock_timeout: float | None = ..., connect_timeout: float | None = ...,
    disconnect_timeout: float | None = ..., workers: Workers | None = ..., exclusive: bool | None = ...,
    **telethon_options: Any,
) -> Guard[C]: ...  # fmt: skip
@overload
def guarded_client(
    session: str | Path | Session | None = ..., api_id: int | None = ..., api_hash: str | None = ..., *,
    client_class: None = ..., bot_token: str | None = ..., lock_timeout: float | None = ..., connect_timeout: float | None = ...,
    disconnect_timeout: float | None = ..., workers: Workers | None = ..., exclusive: bool | None = ...,
    **telethon_options: Any,
) -> Guard[TelegramClient]: ...  # fmt: skip
def guarded_client(
    session: Any = _FROM_SETTINGS, api_id: int | None = None, api_hash: str | None = None, *,
    client_class: Any = None, bot_token: str | None = None, lock_timeout: float | None = None, connect_timeout: float | None = None,
    disconnect_timeout: float | None = None, workers: Workers | None = None, exclusive: bool | None = None,
    **telethon_options: Any,
) -> Guard[Any]:  # fmt: skip
    """A connected, logged-in client for a `with` or `async with` block, which no second process can use meanwhile.

    Takes what `TelegramClient` takes. What is left out comes from the environment (`TGSESSION_…`) or from
    `[tool.tgsession-guard]` in `pyproject.toml`.

    Args:
        session: a path, a `StringSession`, or another `Session` object.
        api_id: from my.telegram.org.
        api_hash: from my.telegram.org.
        client_class: a subclass of `TelegramClient`, or a fork's class; by default Telethon's own.
        bot_token: logs a bot in where the session is not.
        lock_timeout: how long to wait for whoever holds the session, in seconds; 30 by default.
        connect_timeout: how long all between the claim and the block may take, in seconds; 30 by default.
        disconnect_timeout: how long the disconnect may take, all attempts together, in seconds; 10 by default.
        workers: what to do while workers of this project run that do not use the guard: `"refuse"`, `"wait"`, `"ignore"`.
        exclusive: False lets several readers on this host share the session, as long as they go out by one address.
        **telethon_options: the other arguments of `TelegramClient`.

    Raises, when the block is entered:
        TgsessionError: why the session cannot be used now, with what to do; nothing stays claimed or open.
    """
    given = {
        "session": session, "api_id": api_id, "api_hash": api_hash, "bot_token": bot_token, "lock_timeout": lock_timeout,
        "connect_timeout": connect_timeout, "disconnect_timeout": disconnect_timeout, "workers": workers, "exclusive": exclusive,
    }  # fmt: skip
    if session is _FROM_SETTINGS:
        del given["session"]
    return Guard(plan(given, client_class, telethon_options))


class Guard(Generic[C]):
    """What `guarded_client()` gives: enter it with `with` or `async with`, again and again but not twice at once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._block: _Block | None = None
        self._pid = os.getpid()

    def __repr__(self) -> str:
        return f"<guarded_client {self._plan.name.label!r}, {'entered' if self._block else 'not entered'}>"

    async def __aenter__(self) -> C:
        block = self._new_block(_AsyncBlock)
        interrupts.join(block)
        try:
            client = await block.life.begin()
        except BaseException:
            self._block = None
            block.inside = False
            _raise(interrupts.leave(block))
            raise
        return client  # type: ignore[no-any-return]

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        block = self._own_block()
        block.inside = False
        with interrupts.deferred():
            _, block.cancelled = await to_the_end(block.life.end)
        self._block = None
        _raise(interrupts.leave(block))
        block.conclude(error)

    def __enter__(self) -> C:
        if _loop_is_running():
            raise RunningLoopError
        block = self._new_block(_SyncBlock)
        interrupts.join(block)
        try:
            client = block.run(block.life.begin())
        except BaseException:
            self._block = None
            block.close()
            _raise(interrupts.leave(block))
            raise
        block.inside = True
        return client  # type: ignore[no-any-return]

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        block = self._own_block()
        block.inside = False
        with interrupts.deferred():
            block.finish()
        self._block = None
        due = interrupts.leave(block)
        if error is None:
            _raise(due)
        block.conclude(error)

    def _new_block(self, kind: type[_Block]) -> Any:
        if self._block is not None:
            self._own_block()
            raise ConfigurationError(
                "this `guarded_client(…)` has been entered already",
                "call `guarded_client(…)` anew for each block",
                why="one guard stands for one connection at a time",
            )
        self._pid = os.getpid()
        self._block = kind(self._plan)
        return self._block

    def _own_block(self) -> Any:
        if self._block is None or self._pid != os.getpid():
            raise InheritedGuardError(self._plan.name.label)
        return self._block


class _Block:
    """A guarded block of either form."""

    def __init__(self, plan: Plan) -> None:
        self.inside = False
        self.life = Life(plan, self.end)

    def end(self) -> None:
        """End the block because of `life.error`."""
        raise NotImplementedError

    def conclude(self, error: BaseException | None) -> None:
        """Raise what the block ends with, where the body's own *error* is not what it should be."""
        raise NotImplementedError


class _AsyncBlock(_Block):
    """`async with`: the block is a task, and is ended by cancelling it."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.inside = True
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._ours = 0
        self.cancelled = 0
        """How often somebody cancelled the task while the block was being left."""

    def end(self) -> None:
        if not self._ours:
            # Not at once: whoever fails right now in this very task gets to handle its own error first.
            self._loop.call_soon(self._cancel)

    def interrupt(self, _error: BaseException) -> bool:
        with suppress(RuntimeError):  # its loop is closed: nothing runs in it that could be ended
            self._loop.call_soon_threadsafe(self._cancel)
        return True

    def _cancel(self) -> None:
        if self.inside and self._task is not None:
            self._ours += 1
            self._task.cancel()

    def finish(self) -> None:
        """Its loop is gone; the kernel ends the connection with the process."""

    def conclude(self, error: BaseException | None) -> None:
        failure = self.life.error
        ours = self._ours and isinstance(error, asyncio.CancelledError)
        if sys.version_info >= (3, 11) and self._task is not None and (ours or self.cancelled):
            for _ in range(self._ours):
                self._task.uncancel()
        if failure is not None and (error is None or ours):
            raise failure from None
        if error is None and self.cancelled > self._ours:
            raise asyncio.CancelledError


class _SyncBlock(_Block):
    """`with`: the block is this thread, and the client's loop runs only inside its calls."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._loop, self._made = _loop_of_thread()
        self._in_main_thread = threading.current_thread() is threading.main_thread()
        self._entering: asyncio.Task[Any] | None = None
        self._ended: asyncio.Future[Any] | None = None
        self._done = False

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run *work* to its end; an exception that a signal handler raises meanwhile cancels it and comes after it."""
        self._entering = task = self._loop.create_task(work)
        try:
            return self._loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                with interrupts.deferred():
                    task.cancel()
                    self._finish(task)
            raise
        finally:
            self._entering = None

    def interrupt(self, error: BaseException) -> bool:
        if self._entering is not None:
            self._loop.call_soon_threadsafe(self._entering.cancel)
        elif self.inside and self._loop.is_running():
            # From the loop itself: raised in the middle of a callback it would kill one of Telethon's tasks.
            self._loop.call_soon_threadsafe(_raise, error)
        else:
            return not self.inside or not self._in_main_thread
        return True

    def end(self) -> None:
        # The body cannot be interrupted, its requests can: they fail, and `run_until_disconnected()` returns.
        sender = getattr(self.life.client, "_sender", None)
        if self.inside and sender is not None and self._ended is None:
            self._ended = asyncio.ensure_future(sender._disconnect(error=self.life.error))  # noqa: SLF001 - Telethon ends so itself

    def finish(self) -> None:
        """Disconnect and release, through whatever a signal handler raises."""
        self.inside = False
        if not self._done:
            self._done = True
            self._finish(self._loop.create_task(self._leave()))
            self.close()

    async def _leave(self) -> None:
        if self._ended is not None:
            await asyncio.wait({self._ended}, timeout=self.life.plan.disconnect_timeout)
            if self._ended.done() and not self._ended.cancelled():
                self._ended.exception()
        await self.life.end()

    def _finish(self, task: asyncio.Task[Any]) -> None:
        while not task.done():
            try:
                self._loop.run_until_complete(asyncio.wait({task}))
            except (KeyboardInterrupt, SystemExit):
                continue
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    def close(self) -> None:
        """Close the loop if it was made for this block."""
        if self._made:
            self._made = False
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            asyncio.set_event_loop(None)

    def conclude(self, error: BaseException | None) -> None:
        if self.life.error is not None and (error is None or error is self.life.error):
            raise self.life.error from None


def _raise(error: BaseException | None) -> None:
    if error is not None:
        raise error


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _loop_of_thread() -> tuple[asyncio.AbstractEventLoop, bool]:
    """The loop that Telethon's sync calls will use in this thread, and whether it was made here and now."""
    set_before = None
    if sys.version_info >= (3, 14):
        try:
            set_before = asyncio.get_event_loop()
        except RuntimeError:
            pass
    else:
        # Asking the policy would make a loop that nobody closes, and warn about it.
        set_before = getattr(getattr(asyncio.get_event_loop_policy(), "_local", None), "_loop", None)
    if set_before is not None and not set_before.is_closed():
        return set_before, False
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop, True


interrupts.never_raise_in(Guard.__enter__, Guard.__exit__)
