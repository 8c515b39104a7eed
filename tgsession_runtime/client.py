"""`guarded_client()`: a Telegram client that one process has at a time, from before it is built until it is gone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from tgsession_runtime.blocks import AsyncBlock, SyncBlock, loop_is_running, throw
from tgsession_runtime.errors import ConfigurationError, InheritedGuardError, RunningLoopError
from tgsession_runtime.plan import plan
from tgsession_runtime.shutdown import interrupts
from tgsession_runtime.waiting import to_the_end

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from telethon import TelegramClient
    from telethon.sessions import Session

    from tgsession_runtime.blocks import Block
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
        self._block: Block | None = None
        self._pid = os.getpid()

    def __repr__(self) -> str:
        return f"<guarded_client {self._plan.name.label!r}, {'entered' if self._block else 'not entered'}>"

    async def __aenter__(self) -> C:
        block = self._new_block(AsyncBlock)
        interrupts.join(block)
        try:
            client = await block.life.begin()
        except BaseException:
            self._block = None
            block.inside = False
            throw(interrupts.leave(block))
            raise
        block.entered = True
        return client  # type: ignore[no-any-return]

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None and self._is_inherited():
            return
        block = self._own_block()
        block.inside = False
        with interrupts.deferred():
            _, block.cancelled = await to_the_end(block.life.end)
        self._block = None
        throw(interrupts.leave(block))
        block.conclude(error)

    def __enter__(self) -> C:
        if loop_is_running():
            raise RunningLoopError
        block = self._new_block(SyncBlock)
        try:
            client = self._begin(block)
            block.inside = True
            throw(interrupts.due)  # a signal that came as the block was being entered
            return client  # noqa: TRY300 - a signal that comes here must find the `try`
        except BaseException:
            self._abandon(block)
            raise

    def _begin(self, block: SyncBlock) -> C:
        interrupts.join(block)
        client = block.run(block.life.begin())
        block.entered = True
        return client  # type: ignore[no-any-return]

    def _abandon(self, block: SyncBlock) -> None:
        block.inside = False
        with interrupts.deferred():
            block.finish()
        self._block = None
        throw(interrupts.leave(block))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None and self._is_inherited():
            return
        block = self._own_block()
        block.inside = False
        with interrupts.deferred():
            block.finish()
        self._block = None
        due = interrupts.leave(block)
        if not isinstance(error, (KeyboardInterrupt, SystemExit)):
            throw(due)
        block.conclude(error)

    def _is_inherited(self) -> bool:
        return self._pid != os.getpid()

    def _new_block(self, kind: type[Block]) -> Any:
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
        if self._block is None or self._is_inherited():
            raise InheritedGuardError(self._plan.name.label)
        return self._block


# No signal may leave these by an exception, or the disconnect would be skipped.
interrupts.never_raise_in(Guard._begin, Guard._abandon, Guard.__exit__, Guard.__aenter__, Guard.__aexit__)  # noqa: SLF001 - own
