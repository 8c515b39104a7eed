"""Workers of the project that are not known to use the guard: the lock does not see them, so a script has to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tgsession_runtime import workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tgsession_runtime.plan import Plan

# A look at all processes takes longer than the rest of an enter; this long, in seconds, its answer is good enough.
_GOOD_FOR = 1.0
_looks: dict[tuple[Path, Path, tuple[str, ...], tuple[str, ...]], tuple[float, tuple[str, ...]]] = {}


def unguarded(plan: Plan, *, fresh: bool = False, clock: Callable[[], float] = time.monotonic) -> tuple[str, ...]:
    """The workers of the project that could use a session without its lock; none for a task of a worker itself.

    A worker queues behind its own lock, and must not wait for its neighbours. The answer may be a second old unless it has
    to be *fresh*; a new look takes some 5 ms beside 500 processes.
    """
    if workers.current() is not None:
        return ()
    key = (plan.project, plan.state.root, plan.worker_names, plan.worker_patterns)
    when, known = _looks.get(key, (-_GOOD_FOR, ()))
    if fresh or clock() - when >= _GOOD_FOR:
        patterns = [workers.Pattern(one) for one in plan.worker_patterns]
        found = workers.running(plan.project, names=plan.worker_names, patterns=patterns, markers=plan.state.workers())
        known = tuple(map(str, found.unguarded))
        _looks[key] = (clock(), known)
    return known
