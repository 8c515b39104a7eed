"""Whether this very process is a Celery worker, and which task it runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Literal

_POOLS = {
    "celery.concurrency.prefork": "prefork", "celery.concurrency.thread": "threads", "celery.concurrency.solo": "solo",
    "celery.concurrency.gevent": "gevent", "celery.concurrency.eventlet": "eventlet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Here:
    """The worker that this process is part of."""

    role: Literal["main", "pool"]
    """Only prefork has pool processes; threads, solo, gevent and eventlet run their tasks in the main one."""
    node: str
    pool: str | None
    task: str | None
    """The name of the task that the calling thread or greenlet runs."""
    task_id: str | None


def current() -> Here | None:
    """The Celery worker that the calling code runs in; None outside one. Costs microseconds, and imports nothing."""
    trace: Any = sys.modules.get("celery.app.trace")
    # What a worker sets up before it starts, and a forked child inherits. Source: `celery.app.trace`, since 3.1.
    localized = getattr(trace, "_localized", None)
    if not localized:
        return None
    task = _task()
    request = getattr(task, "request", None)
    return Here(
        role="pool" if _is_pool_process() else "main",
        node=str(localized[-1] or ""),
        pool=next((name for module, name in _POOLS.items() if module in sys.modules), None),
        task=getattr(task, "name", None),
        task_id=getattr(request, "id", None),
    )


def _task() -> Any:
    state: Any = sys.modules.get("celery._state")
    return state.get_current_worker_task() if state else None


def _is_pool_process() -> bool:
    billiard: Any = sys.modules.get("billiard.process")
    return billiard is not None and "PoolWorker" in str(billiard.current_process().name)
