"""Waiting in an event loop: for a claim without blocking it, for work with an end, through cancellations."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

    from tgsession_runtime.claim import Pause

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
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(pause.descriptor, woken.set)
    except NotImplementedError:  # a loop that watches no files: then by looking
        await asyncio.sleep(min(pause.seconds, 0.01))
        return
    try:
        await asyncio.wait_for(woken.wait(), pause.seconds)
    except asyncio.TimeoutError:
        pass
    finally:
        loop.remove_reader(pause.descriptor)


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of *work*, which is cancelled after *seconds* and given a moment to notice.

    Raises:
        TimeoutError: it did not end in time (`asyncio.TimeoutError` on Python 3.10).
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except BaseException:
        await _stop(task)
        raise
    if not done:
        await _stop(task)
        if not task.done() or task.cancelled() or task.exception() is not None:
            raise asyncio.TimeoutError
    return task.result()


async def to_the_end(work: Coroutine[Any, Any, T]) -> tuple[T, int]:
    """The result of *work*, through every cancellation of the caller, and how many of them came."""
    task, cancelled = asyncio.ensure_future(work), 0
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled += 1
    return task.result(), cancelled


async def _stop(task: asyncio.Future[Any]) -> None:
    task.cancel()
    try:
        await asyncio.wait({task}, timeout=_NOTICE)
    finally:
        if task.done() and not task.cancelled():
            task.exception()  # seen: nobody else will ask
