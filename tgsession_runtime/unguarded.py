"""Workers of the project that are not known to use the guard: the lock does not see them, so a script has to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tgsession_runtime import workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tgsession_runtime.state import State

# A look at all processes takes longer than the rest of an enter; this long, in seconds, its answer is good enough.
_GOOD_FOR = 1.0
_looks: dict[tuple[Path, Path], tuple[float, tuple[str, ...]]] = {}


def unguarded(project: Path, state: State, *, fresh: bool = False, clock: Callable[[], float] = time.monotonic) -> tuple[str, ...]:
    """The workers of *project* that could use a session without its lock; none for a task of a worker itself.

    A worker queues behind its own lock, and must not wait for its neighbours. The answer may be a second old unless it has
    to be *fresh*; a new look takes some 5 ms beside 500 processes.
    """
    if workers.current() is not None:
        return ()
    key = (project, state.root)
    when, known = _looks.get(key, (-_GOOD_FOR, ()))
    if fresh or clock() - when >= _GOOD_FOR:
        known = tuple(map(str, workers.running(project, markers=state.workers()).unguarded))
        _looks[key] = (clock(), known)
    return known
