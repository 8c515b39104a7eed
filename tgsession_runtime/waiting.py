"""Waiting in an event loop: for a claim without blocking it, for work with an end, through cancellations."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

    from tgsession_runtime.pause import Pause

T = TypeVar("T")
# How long something that was cancelled may take to notice, in seconds.
_NOTICE = 1.0


async def take(steps: Generator[Pause, None, T]) -> T:
    """Take *steps*, one after the other; cancelled, they are taken back."""
    while True:
        try:
            pause = next(steps)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        try:
            await _pause(pause)
        except BaseException:
            steps.close()
            raise


async def _pause(pause: Pause) -> None:
    if pause.descriptor is None:
        await asyncio.sleep(pause.seconds)
        return
    loop = asyncio.get_running_loop()
    woken = loop.create_future()
    try:
        loop.add_reader(pause.descriptor, _wake, woken)
    except NotImplementedError:  # a loop that watches no files: then by looking
        await asyncio.sleep(min(pause.seconds, 0.01))
        return
    try:
        # `wait_for` loses a cancellation that comes together with the end of the wait, up to Python 3.11.
        await asyncio.wait({woken}, timeout=pause.seconds)
    finally:
        loop.remove_reader(pause.descriptor)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of *work*, which is cancelled after *seconds* and given a moment to notice.

    Raises:
        TimeoutError: it did not end in time (`asyncio.TimeoutError` on Python 3.10).
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except BaseException:
        await to_the_end(partial(_stop, task))
        raise
    if not done:
        _, cancelled = await to_the_end(partial(_stop, task))
        if cancelled:
            raise asyncio.CancelledError
        if not task.done() or task.cancelled() or task.exception() is not None:
            raise asyncio.TimeoutError
    return task.result()


async def to_the_end(work: Callable[[], Coroutine[Any, Any, T]]) -> tuple[T, int]:
    """The result of *work*, through every cancellation of the caller, and how many of them came.

    A loop that ends cancels the task of *work* too: it must bear that, and begins anew where it had not begun.
    """
    cancelled = 0
    while True:
        task = asyncio.ensure_future(work())
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                cancelled += 1
        if not task.cancelled():
            return task.result(), cancelled


async def _stop(task: asyncio.Future[Any]) -> None:
    """Cancel *task* until it has ended: Telethon loses one now and then, and would connect after the disconnect."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _NOTICE
    while not task.done() and loop.time() < end:
        task.cancel()
        try:
            await asyncio.wait({task}, timeout=_NOTICE / 4)
        except asyncio.CancelledError:
            continue
    if task.done() and not task.cancelled():
        task.exception()  # seen: nobody else will ask
