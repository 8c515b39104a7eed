"""The two forms of a guarded block: how each is run, ended from outside, and left."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tgsession_runtime.life import Life
from tgsession_runtime.shutdown import ProcessEnds, interrupts

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tgsession_runtime.plan import Plan


# How long a block may take to be left after its disconnect, in seconds.
_AND_RELEASE = 2.0


class Block:
    """A guarded block of either form."""

    def __init__(self, plan: Plan) -> None:
        self.inside = False
        self.entered = False
        """Whether the body has had the client."""
        self.deaf = False
        self.life = Life(plan, self.end)
        self._loop: asyncio.AbstractEventLoop

    @property
    def elsewhere(self) -> bool:
        """Whether another thread runs its loop right now."""
        return self._loop.is_running() and not runs_here(self._loop)

    def end(self) -> None:
        """End the block because of `life.error`."""
        raise NotImplementedError

    def conclude(self, error: BaseException | None) -> None:
        """Raise what the block ends with, where the body's own *error* is not what it should be."""
        raise NotImplementedError


class AsyncBlock(Block):
    """`async with`: the block is a task, and is ended by cancelling it."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.inside = True
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._task = asyncio.current_task()
        self._ours = 0
        self._process_ends: ProcessEnds | None = None
        self.cancelled = 0
        """How often somebody cancelled the task while the block was being left."""

    def end(self) -> None:
        """Cancel the task that is in the block."""
        if not self._ours:
            # Not at once: whoever fails right now in this very task gets to handle its own error first.
            self._loop.call_soon(self._cancel)

    def interrupt(self, error: BaseException) -> bool:
        """Cancel the task too; False if its own code has kept it from hearing of that before, or it is over.

        An exit stack that an object keeps holds the block open past the end of the task that entered it.
        """
        if self._task is None or self._task.done():
            return not self.inside
        if self.deaf and self.entered and self.inside and runs_here(self._loop):
            return False
        self._process_ends = error if isinstance(error, ProcessEnds) else None
        with suppress(RuntimeError):  # its loop is closed: nothing runs in it that could be ended
            self._loop.call_soon_threadsafe(self._cancel)
            self.deaf = self.inside
        return True

    def _cancel(self) -> None:
        self.deaf = False
        if self.inside and self._task is not None:
            self._ours += 1
            self._task.cancel()

    def finish(self) -> None:
        """See a block to its end that was being left when something stopped its loop: another block's signal, say.

        Of one whose body was still running, or whose loop is gone or another thread's, the kernel ends the connection with the process.
        """
        task, loop = self._task, self._loop
        if self.inside or task is None or loop.is_closed() or loop_is_running() or self._thread != threading.get_ident():
            return
        end = loop.time() + self.life.plan.disconnect_timeout + _AND_RELEASE
        while not task.done() and loop.time() < end:
            with suppress(KeyboardInterrupt, SystemExit):  # of other tasks; the process ends anyway
                loop.run_until_complete(asyncio.wait({task}, timeout=end - loop.time()))

    def conclude(self, error: BaseException | None) -> None:
        """Raise `life.error` instead of the cancellation that it came as, or the cancellation that came on the way out."""
        failure = self.life.error
        ours = self._ours and isinstance(error, asyncio.CancelledError)
        if sys.version_info >= (3, 11) and self._task is not None and (ours or self.cancelled):
            for _ in range(self._ours):
                self._task.uncancel()
        if failure is not None and (error is None or ours):
            raise failure from None
        if ours and self._process_ends is not None:
            raise self._process_ends from None  # ends the thread without a word
        if error is None and self.cancelled > self._ours:
            raise asyncio.CancelledError


class SyncBlock(Block):
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
        if interrupts.due is not None:  # the signal came too early to find the task
            task.cancel()
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
        """Cancel the enter, or raise *error* in the loop; False if it is to be raised outside of one."""
        if self._entering is not None:
            self._loop.call_soon_threadsafe(self._entering.cancel)
        elif self.inside and self._can_be_asked() and not (self.deaf and runs_here(self._loop)):
            # From the loop itself: raised in the middle of a callback it would kill one of Telethon's tasks.
            self._loop.call_soon_threadsafe(self._raise_in_loop, error)
            self.deaf = self._loop.is_running()
        else:
            return not self.inside or not self._in_main_thread
        return True

    def _can_be_asked(self) -> bool:
        """Whether its loop runs, or will at the next call of another thread, where nothing can be raised from here."""
        return self._loop.is_running() or not self._in_main_thread

    def _raise_in_loop(self, error: BaseException) -> None:
        self.deaf = False
        if self.inside:
            raise interrupts.pass_on(error) or error

    def end(self) -> None:
        """Fail what the client is asked from now on."""
        # The body cannot be interrupted, its requests can: they fail, and `run_until_disconnected()` returns.
        sender = getattr(self.life.client, "_sender", None)
        if self.inside and sender is not None and self._ended is None:
            self._ended = asyncio.ensure_future(sender._disconnect(error=self.life.error))  # noqa: SLF001 - Telethon ends so itself

    def finish(self) -> None:
        """Disconnect and release, through whatever a signal handler raises."""
        self.inside = False
        if self.entered and not self._done:
            self._done = True
            if self._loop.is_closed():
                self.life.drop()
            elif self._loop.is_running():
                return  # another thread is stuck in it; the kernel ends the connection with the process
            else:
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
            except RuntimeError:
                # Somebody's `stop()` was still to come: that of a `run_until_complete()` which a signal has cut short, say.
                if self._loop.is_closed() or self._loop.is_running():
                    raise
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    def close(self) -> None:
        """Close the loop if it was made for this block."""
        if self._made:
            self._made = False
            if not self._loop.is_closed():
                self._loop.run_until_complete(self._loop.shutdown_asyncgens())
                self._loop.close()
            asyncio.set_event_loop(None)

    def conclude(self, error: BaseException | None) -> None:
        """Raise `life.error` where the body did not end with another one."""
        if self.life.error is not None and (error is None or error is self.life.error):
            raise self.life.error from None


def throw(error: BaseException | None) -> None:
    """Raise *error*, if there is one."""
    if error is not None:
        raise error


def loop_is_running() -> bool:
    """Whether this thread runs an event loop."""
    return _running_loop() is not None


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether *loop* is what this very thread runs."""
    return _running_loop() is loop


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _loop_of_thread() -> tuple[asyncio.AbstractEventLoop, bool]:
    """The loop that Telethon's sync calls will use in this thread, and whether it was made here and now."""
    if (running := _running_loop()) is not None:
        return running, False
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
