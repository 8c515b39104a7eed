"""What is waited for, as steps: a generator says how long each time, and whoever takes the steps does the waiting.

So a thread can be blocked meanwhile, as here, or an event loop go on: `waiting.py`.
"""

from __future__ import annotations

import select
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pause:
    """How long to wait before the next step, in seconds, and what ends the wait sooner by becoming readable."""

    seconds: float
    descriptor: int | None = None


def wait_for(steps: Generator[Pause, None, T]) -> T:
    """Take *steps* in this thread, blocking it."""
    while True:
        try:
            pause = next(steps)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        try:
            sleep(pause)
        except BaseException:
            steps.close()
            raise


def sleep(pause: Pause) -> None:
    """Block this thread for *pause*."""
    if pause.descriptor is None:
        time.sleep(pause.seconds)
    else:
        is_readable(pause.descriptor, pause.seconds)


def is_readable(descriptor: int, seconds: float = 0.0) -> bool:
    """Whether there is something to read from *descriptor*, or its other end is gone, within *seconds*; blocks this thread."""
    # Not `select`, which knows no number from 1024 on: a process may have been started with that many files open.
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
