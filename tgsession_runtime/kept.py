"""A guarded client that stays connected between calls, inside the loop that it belongs to."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from tgsession_runtime import line
from tgsession_runtime.life import Life
from tgsession_runtime.waiting import to_the_end

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tgsession_runtime.plan import Plan

T = TypeVar("T")
# How often to look whether somebody waits for the session, or nobody has used it for long, in seconds.
_TEND_EVERY = 0.25


class Kept:
    """The client, while there is one; entered for the first call, and again when it has died or was given up."""

    def __init__(self, plan: Plan, keep: float) -> None:
        self.label = plan.name.label
        self.limit = plan.disconnect_timeout + 5.0
        """How long `close` may take, in seconds."""
        self._plan, self._keep = plan, keep
        self._busy = asyncio.Lock()
        self._life: Life | None = None
        self._caller: asyncio.Task[Any] | None = None
        self._tender: asyncio.Task[None] | None = None
        self._burial: asyncio.Task[None] | None = None
        self._used = 0.0

    async def call(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """What *work* makes of the client, alone with it."""
        async with self._busy:
            self._caller = asyncio.current_task()
            life: Life | None = None
            try:
                life = await self._alive()
                return await work(life.client)
            except asyncio.CancelledError:
                if life is not None and life.error is not None:
                    raise life.error from None
                raise
            finally:
                self._caller = None
                self._used = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Cancel the call that runs, disconnect, release."""
        if self._tender is not None:
            self._tender.cancel()
            self._tender = None
        if self._caller is not None:
            self._caller.cancel()
        async with self._busy:
            await self._give_up()

    async def _alive(self) -> Life:
        if self._life is not None and (self._life.error is not None or not self._life.client.is_connected()):
            await self._give_up()
        if self._life is None:
            life = Life(self._plan, self._on_death)
            await life.begin()
            self._life = life
            self._tender = self._tender or asyncio.ensure_future(self._tend())
        return self._life

    def _on_death(self) -> None:
        """Telegram has ended the login, or the claim is lost: nobody may use the client, and it must go."""
        if self._caller is not None:
            self._caller.cancel()
        self._burial = asyncio.get_running_loop().create_task(self._bury())

    async def _bury(self) -> None:
        async with self._busy:
            if self._life is not None and self._life.error is not None:
                await self._give_up()

    async def _give_up(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            await to_the_end(life.end)

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(_TEND_EVERY)
            if self._life is not None and (self._is_idle() or self._is_wanted(self._life)):
                async with self._busy:
                    await self._give_up()

    def _is_idle(self) -> bool:
        return self._caller is None and asyncio.get_running_loop().time() - self._used >= self._keep

    def _is_wanted(self, life: Life) -> bool:
        """Whether another process waits for the session."""
        with suppress(OSError):
            return any(line.anybody(self._plan.state.waiting(path)) for path in life.lock_paths)
        return False
