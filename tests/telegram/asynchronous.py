"""Tests that are coroutines, each in an event loop of its own and bounded in time."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")

_LONGEST = 30.0  # seconds


def asynchronous(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make a test of a coroutine function."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), _LONGEST))

    return run


async def eventually(holds: Callable[[], object], timeout: float = 10.0) -> None:
    """Wait until something holds that announces itself to nobody.

    Raises:
        TimeoutError: it did not come to hold.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    while not holds():
        if loop.time() > end:
            raise TimeoutError(f"not so after {timeout} s")
        await asyncio.sleep(0.005)
