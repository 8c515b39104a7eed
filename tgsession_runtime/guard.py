"""One guarded block after another: what `guarded_client()` gives, to be entered with `with` or `async with`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tgsession_runtime.blocks import AsyncBlock, SyncBlock, loop_is_running, throw
from tgsession_runtime.errors import ConfigurationError, InheritedGuardError, RunningLoopError
from tgsession_runtime.opened import Opened
from tgsession_runtime.shutdown import interrupts
from tgsession_runtime.waiting import to_the_end

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tgsession_runtime.blocks import Block
    from tgsession_runtime.plan import Plan

C = TypeVar("C")


class Guard(Generic[C]):
    """What `guarded_client()` gives: enter it with `with` or `async with`, again and again but not twice at once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        """What was asked for; it holds secrets that its `repr` does not show."""
        self._block: Block | None = None
        self._pid = os.getpid()

    def __repr__(self) -> str:
        return f"<guarded_client {self.plan.name.label!r}, {'entered' if self._block else 'not entered'}>"

    async def __aenter__(self) -> C:
        block = self._new_block(AsyncBlock)
        interrupts.join(block)
        try:
            client = await block.life.begin()
        except BaseException as error:
            self._block = None
            block.inside = False
            throw(interrupts.leave(block))
            block.conclude(error)  # a lease that was lost meanwhile comes as a cancellation
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

    async def aopen(self) -> C:
        """The client without a block, for one that outlives the code which opens it.

        Awaiting its `disconnect()` gives the session up, and so does the end of the process. While it is open, this gives the same
        client again. A `with` is better where it fits.
        """
        if (opened := self._opened()) is not None:
            return await opened.again()  # type: ignore[no-any-return]
        block = self._new_opened()
        interrupts.join(block)
        try:
            client: C = await block.begin()
        except BaseException:
            self._forget(block)
            raise
        return client

    def open(self) -> C:
        """The same where no event loop runs, as `with` is to `async with`."""
        if loop_is_running():
            raise RunningLoopError
        if (opened := self._opened()) is not None:
            return opened.run(opened.again())  # type: ignore[no-any-return]
        block = self._new_opened()
        try:
            interrupts.join(block)
            block.run(block.life.begin())
            client: C = block.lend()
            throw(interrupts.due)  # a signal that came as it was being opened
            return client  # noqa: TRY300 - a signal that comes here must find the `try`
        except BaseException:
            self._abandon(block)
            raise

    def _opened(self) -> Opened | None:
        block = self._block
        return block if isinstance(block, Opened) and block.inside and not self._is_inherited() else None

    def _new_opened(self) -> Opened:
        block: Opened = self._new_block(lambda plan: Opened(plan, self._left))
        return block

    def _left(self) -> None:
        self._block = None

    def _forget(self, block: Opened) -> None:
        self._block = None
        block.inside = False
        throw(interrupts.leave(block))

    def _is_inherited(self) -> bool:
        return self._pid != os.getpid()

    def _new_block(self, kind: Callable[[Plan], Block]) -> Any:
        if self._block is not None:
            self._own_block()
            raise ConfigurationError(
                "this `guarded_client(…)` has been entered already",
                "call `guarded_client(…)` anew for each block",
                why="one guard stands for one connection at a time",
            )
        self._pid = os.getpid()
        self._block = kind(self.plan)
        return self._block

    def _own_block(self) -> Any:
        if self._block is None or self._is_inherited():
            raise InheritedGuardError(self.plan.name.label)
        return self._block


# No signal may leave these by an exception, or the disconnect would be skipped.
interrupts.never_raise_in(Guard._begin, Guard._abandon, Guard.__exit__, Guard.__aenter__, Guard.__aexit__)  # noqa: SLF001 - own
