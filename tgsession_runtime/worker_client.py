"""`WorkerClient`: one guarded client for a worker process, kept from task to task, for those who connect too often."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from tgsession_runtime import forks
from tgsession_runtime.client import guarded_client
from tgsession_runtime.errors import RunningLoopError
from tgsession_runtime.events import LOGGER
from tgsession_runtime.kept import Kept
from tgsession_runtime.shutdown import Terminated, interrupts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")
# How long a call that was cancelled may take to notice, in seconds.
_NOTICE = 2.0
_open: WeakSet[WorkerClient] = WeakSet()
_ending = threading.Event()


class WorkerClient:
    """One guarded client for each worker process, connected at the first call and kept for the next ones.

    To be made once, where the module is imported: nothing is opened, read or connected before the first `run`. Each process
    connects for itself. It is given up as soon as another process waits for the session, after *keep* seconds without a call,
    and when the worker ends.

    Args:
        *arguments: those of `guarded_client()`: the session, `api_id` and `api_hash`, or nothing.
        keep: how long to stay connected without a call, in seconds.
        **options: the other ones of `guarded_client()`.
    """

    deaf = False
    elsewhere = False

    def __init__(self, *arguments: Any, keep: float = 60.0, **options: Any) -> None:
        self._guard = partial(guarded_client, *arguments, **options)
        self._keep = keep
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._turn = threading.Lock()
        self._kept: Kept | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False

    def run(self, work: Callable[[Any], Awaitable[T]], *, timeout: float | None = 300.0) -> T:
        """What *work* gives, a function of the client: `telegram.run(lambda client: client.send_message("me", text))`.

        One call at a time: others wait for their turn. A call that a signal ends, or that takes longer than *timeout*
        seconds, is cancelled.

        Raises:
            TgsessionError: why the session cannot be used now; the next call tries again.
            TimeoutError: it took too long (`concurrent.futures.TimeoutError` on Python 3.10).
        """
        if threading.current_thread() is self._thread:
            raise RunningLoopError
        with self._turn:
            kept, loop = self._begin()
            ended = threading.Event()
            future = asyncio.run_coroutine_threadsafe(_noted(kept.call(work), ended), loop)
            try:
                return future.result(timeout)
            except BaseException:
                if future.cancel():  # nothing of the call may go on after it has failed here
                    with interrupts.deferred():
                        ended.wait(_NOTICE)
                raise

    def close(self) -> None:
        """Disconnect and release; what still runs is cancelled. The next call would connect anew.

        Raises:
            TimeoutError: a call hears of nothing; that done, it is closed as soon as the call ends.
        """
        thread, loop, kept = self._thread, self._loop, self._kept
        if thread is None or loop is None or kept is None or self._closing:
            return
        self._closing, raised_before = True, interrupts.due
        try:
            with interrupts.deferred():
                with suppress(RuntimeError):  # the loop has ended in the meantime
                    asyncio.run_coroutine_threadsafe(kept.close(), loop).result(kept.limit)
                    loop.call_soon_threadsafe(loop.stop)
                thread.join(_NOTICE)
                _open.discard(self)
                self._begin_anew()
        finally:
            self._closing = False
        if (due := interrupts.leave(self)) is not None and raised_before is None:
            raise due

    def interrupt(self, _error: BaseException) -> bool:
        """A signal came: whoever waits for a call hears of it, in the main thread."""
        return self._closing

    def finish(self) -> None:
        """The process ends."""
        self.close()

    def after_fork_in_child(self) -> None:
        """The thread, the loop and the client are the parent's."""
        self._begin_anew()

    def _begin(self) -> tuple[Kept, asyncio.AbstractEventLoop]:
        if _ending.is_set():
            raise Terminated
        if self._kept is None or self._loop is None:
            guard = self._guard()  # tgsession-lint: ignore[TGS102] only what it was asked for is wanted
            kept = Kept(guard.plan, self._keep)
            loop = asyncio.new_event_loop()
            thread = threading.Thread(target=_run, args=(loop,), name=f"tgsession {kept.label}", daemon=True)
            interrupts.join(self)
            forks.watch(self)
            _open.add(self)
            self._kept, self._loop, self._thread = kept, loop, thread
            thread.start()
        return self._kept, self._loop


async def _noted(call: Coroutine[Any, Any, T], ended: threading.Event) -> T:
    try:
        return await call
    finally:
        ended.set()


def close_all(*, for_good: bool = False) -> None:
    """Close every client of this process; *for_good* lets none be opened again."""
    if for_good:
        _ending.set()
    for one in list(_open):
        try:
            one.close()
        except Exception as error:  # what keeps one from being closed keeps no other
            LOGGER.warning("a client is not closed: %s", str(error) or type(error).__name__)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
