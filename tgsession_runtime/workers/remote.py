"""What Celery's own control answers: the workers of all hosts that share the broker, and what they run."""

from __future__ import annotations

import importlib
import sys
import threading
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Connecting and closing, beside the time that nodes get for their answer.
_OVERHEAD = 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """A task that is running; its arguments are left out, they may hold secrets."""

    name: str
    id: str
    pid: int | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Node:
    """A worker that answered."""

    name: str
    pid: int | None
    pool: str | None
    pool_pids: tuple[int, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came in time. No node is no proof: a busy solo worker and one that shuts down do not answer."""

    nodes: tuple[Node, ...] = ()
    failure: str = ""
    """Why nothing could be asked: no broker, no such app, no answer in time."""


def ask(app: Any, *, timeout: float = 1.0) -> Answer:
    """Ask the workers of *app*, a Celery app or its name as `celery -A` takes it, for what they run.

    A name is imported, and with it the project's code. Nodes get *timeout* seconds to answer; the whole question ends
    two seconds later at the latest, whatever the broker does.
    """
    return _within(2 * timeout + _OVERHEAD, lambda: _ask(app, timeout))


def running_tasks(app: str, *, timeout: float = 1.0) -> tuple[Task, ...]:
    """The tasks that the workers of *app* run now, as far as they say so in *timeout* seconds."""
    answer = _within(timeout + _OVERHEAD, lambda: _ask(app, timeout, only_tasks=True))
    return tuple(task for node in answer.nodes for task in node.tasks)


def _within(seconds: float, question: Callable[[], Answer]) -> Answer:
    answers: list[Answer] = []
    # A broker that accepts and never answers holds a thread; it dies with the process, and nobody waits for it.
    thread = threading.Thread(target=lambda: answers.append(question()), name="tgsession-remote", daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else Answer(failure=f"no answer in {seconds:g} s")


def gives_respite(app: str) -> bool:
    """Whether the workers of the app *app* give their tasks a respite in a cold shutdown (`worker_soft_shutdown_timeout`).

    The app is imported, and with it the project's code; False where that fails.
    """
    found = _find(app)
    return found is not None and bool(found.conf.get("worker_soft_shutdown_timeout"))


def will_guard(app: str) -> bool:
    """Whether the app *app* calls `guard_workers`, so that its workers will be known to use the guard.

    The app is imported, and with it the project's code; False where that fails.
    """
    found = _find(app)
    guards = getattr(sys.modules.get("tgsession_runtime.celery"), "guards", None)  # loaded if the app has used it
    return found is not None and guards is not None and bool(guards(found))


def _find(app: str) -> Any:
    try:
        return importlib.import_module("celery.app.utils").find_app(app)
    except Exception:  # of whatever the app's module does
        return None


def _ask(app: Any, timeout: float, *, only_tasks: bool = False) -> Answer:
    if isinstance(app, str):
        try:
            app = importlib.import_module("celery.app.utils").find_app(app)
        except Exception as error:  # of whatever the app's module does
            return Answer(failure=f"the app `{app}` cannot be loaded: {type(error).__name__}")
    try:
        with app.connection_for_write(connect_timeout=timeout) as connection:
            connection.ensure_connection(max_retries=1, timeout=timeout, interval_start=0.1)
            inspect = app.control.inspect(timeout=timeout, connection=connection)
            stats = {} if only_tasks else inspect.stats() or {}
            active = (inspect.active() if stats or only_tasks else None) or {}
            stats = stats or {name: {} for name in active}
    except Exception as error:
        # Of any kind: each broker's client has errors of its own. Their texts may name the broker with its password.
        return Answer(failure=f"{type(error).__name__} while the broker was asked")
    return Answer(tuple(_node(name, stat, active.get(name) or ()) for name, stat in sorted(stats.items())))


def _node(name: str, stat: dict[str, Any], active: Any) -> Node:
    pool = stat.get("pool") or {}
    implementation = str(pool.get("implementation") or "").rpartition(":")[0].rpartition(".")[2]
    processes = pool.get("processes")
    return Node(
        name, stat.get("pid"), {"thread": "threads"}.get(implementation, implementation) or None,
        tuple(pid for pid in processes if isinstance(pid, int)) if isinstance(processes, list) else (),
        tuple(_task(task) for task in active),
    )  # fmt: skip


def _task(task: dict[str, Any]) -> Task:
    start = task.get("time_start")
    since = datetime.fromtimestamp(start, timezone.utc) if isinstance(start, (int, float)) else None
    return Task(str(task.get("name", "")), str(task.get("id", "")), task.get("worker_pid"), since)
