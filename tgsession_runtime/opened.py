"""A guarded client without a block: opened by a call, given up by its own `disconnect()`, with the process at the latest.

For a client that outlives the code which opens it: kept by an object, held in a registry, handed to callers.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tgsession_runtime.blocks import SyncBlock, loop_is_running, runs_here, throw
from tgsession_runtime.shutdown import interrupts
from tgsession_runtime.waiting import to_the_end

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tgsession_runtime.plan import Plan


class Opened(SyncBlock):
    """From the call that opens the client to its disconnect; *left* is called when the session is free again."""

    def __init__(self, plan: Plan, left: Callable[[], None]) -> None:
        super().__init__(plan)
        self._left = left
        self._leaving: asyncio.Task[None] | None = None

    async def begin(self) -> Any:
        """The client, of which `disconnect()` is the way out; to be entered by the task that calls this."""
        self._entering = asyncio.current_task()
        try:
            await self.life.begin()
        finally:
            self._entering = None
        return self.lend()

    async def again(self) -> Any:
        """The client that is open already, connected again if it has lost its connection for good."""
        client = self.life.client
        if not client.is_connected():
            await client.connect()
        return client

    def lend(self) -> Any:
        """Make `disconnect()` of the client the way out."""
        client = self.life.client
        telethons: Callable[[], Any] = client.disconnect

        def disconnect() -> Any:
            return telethons() if self._is_over() else self.leave()

        disconnect.telethons = telethons  # type: ignore[attr-defined]  # what the way out itself calls
        client.disconnect = disconnect
        self.entered = self.inside = True
        return client

    def _is_over(self) -> bool:
        return self._done and (self._leaving is None or self._leaving.done())

    def leave(self) -> Awaitable[None] | None:
        """Disconnect and release, as Telethon disconnects: something to await where a loop runs, and done where none does."""
        if runs_here(self._loop):
            return asyncio.shield(self._begin_leaving())
        if self._loop.is_running():  # in another thread
            promised = asyncio.run_coroutine_threadsafe(self._see_off(), self._loop)
            return asyncio.wrap_future(promised) if loop_is_running() else promised.result()
        with interrupts.deferred():
            self.finish()
        throw(self._after())
        return _nothing_to_wait_for() if loop_is_running() else None

    def _begin_leaving(self) -> asyncio.Task[None]:
        self.deaf = False
        if self._leaving is None:
            self._done = True
            self._leaving = self._loop.create_task(self._leave_in_loop())
        return self._leaving

    async def _see_off(self) -> None:
        await asyncio.shield(self._begin_leaving())

    async def _leave_in_loop(self) -> None:
        self.inside = False
        with interrupts.deferred():
            await to_the_end(self._leave)
        throw(self._after())

    def finish(self) -> None:
        """The way out where its loop does not run; one that has begun in it is gone to its end."""
        if self._leaving is None:
            super().finish()
        elif self._leaving.done():
            self.close()
        elif self._loop.is_closed():
            self.life.drop()
        else:
            try:
                self._finish(self._leaving)
            finally:
                self.close()

    def _after(self) -> BaseException | None:
        self._left()
        return interrupts.leave(self)

    # ended from outside

    def end(self) -> None:
        """Disconnect because of `life.error`: no code of the program's own stands between."""
        if self.entered and not self._done and self._loop.is_running():
            self._begin_leaving()

    def interrupt(self, error: BaseException) -> bool:
        """Disconnect, and do what the signal asks for then; False if the error is to be raised here and now."""
        if self._done:  # whoever sees to that does it afterwards
            return True
        if not self.entered:
            return super().interrupt(error)
        if not self._can_be_asked() or (self.deaf and runs_here(self._loop)):
            return not self.inside or not self._in_main_thread
        self.deaf = self._loop.is_running()
        self._loop.call_soon_threadsafe(self._begin_leaving)
        return True


async def _nothing_to_wait_for() -> None:
    pass


# No signal may leave these by an exception, or the disconnect would be skipped.
interrupts.never_raise_in(Opened.begin, Opened.lend, Opened.leave)
