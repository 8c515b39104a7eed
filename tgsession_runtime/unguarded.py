"""Workers of the project that are not known to use the guard: the lock does not see them, so a script has to."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from tgsession_runtime import workers
from tgsession_runtime.errors import WorkersRunningError
from tgsession_runtime.events import event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tgsession_runtime.plan import Plan
    from tgsession_runtime.session import SessionName

# A look at all processes takes longer than the rest of an enter; this long, in seconds, its answer is good enough.
_GOOD_FOR = 1.0
_LOOK_EVERY = 0.5
_looks: dict[tuple[Path, Path, tuple[str, ...], tuple[str, ...]], tuple[float, tuple[str, ...]]] = {}


async def refuse_or_wait(plan: Plan, name: SessionName) -> None:
    """Wait, or raise, as *plan* says, while workers run that could use the session *name*.

    Raises:
        WorkersRunningError: they run, and are not to be waited for any longer.
    """
    if plan.workers == "ignore":
        return
    loop = asyncio.get_running_loop()
    begun = reported = loop.time()
    while found := unguarded(plan, fresh=loop.time() > begun):
        waited = loop.time() - begun
        if plan.workers == "refuse" or waited >= plan.lock_timeout:
            raise WorkersRunningError(name.label, found, waited)
        if waited == 0 or loop.time() - reported >= 1:
            reported = loop.time()
            event(logging.WARNING, "waiting", name, f"waiting for {' and '.join(found)}", waited=round(waited, 3))
        await asyncio.sleep(_LOOK_EVERY)


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
