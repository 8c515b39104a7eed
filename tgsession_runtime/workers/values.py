"""What a look at the running processes finds: processes, workers, and what could not be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Kind = Literal["main", "pool", "beat", "flower", "runner", "server"]
"""Celery's main process; a pool process whose main process is gone; beat; Flower; another task runner; a web server."""
Evidence = Literal["command line", "process title", "pattern"]


@dataclass(frozen=True, slots=True)
class Process:
    """One process of this system; `pid` and `started` together name it for as long as the system runs."""

    pid: int
    started: str
    """When it started, in the system's own count."""
    since: datetime | None
    """When it started, UTC."""
    user: str
    program: str
    """What runs, `python debug.py` or `celery`: never the arguments, which may hold a secret."""

    def __str__(self) -> str:
        since = f" since {self.since:%Y-%m-%dT%H:%M:%SZ}" if self.since else ""
        return f"pid {self.pid} (`{self.program}`, {self.user}){since}"


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs tasks, hands them out or shows them, with the pool processes below it."""

    process: Process
    runner: str
    """`celery`, `rq`, …, or the name of the pattern that found it."""
    kind: Kind
    app: str | None
    node: str | None
    """Its name among Celery's nodes, `celery@host`."""
    queues: tuple[str, ...]
    pool: str | None
    """`prefork`, `threads`, …; None if neither the command line nor its pool processes tell."""
    concurrency: int | None
    pool_pids: tuple[int, ...]
    cwd: str | None
    recognised_by: Evidence
    belongs_by: str
    """Why it is taken to be of this project."""
    guarded: bool
    """Whether it is known to use the guard."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The main process first, then its pool."""
        return (self.process.pid, *self.pool_pids)

    @property
    def runs_tasks(self) -> bool:
        """Whether it could use a session in a task; beat, Flower and web servers run none."""
        return self.kind in {"main", "pool", "runner"}

    def __str__(self) -> str:
        words = {"main": "worker", "runner": "worker", "pool": "pool process"}
        what = f"{self.runner} {words.get(self.kind, self.kind)}" if self.runner != self.kind else self.runner
        return f"{what} {f'`{self.node}`, ' if self.node else ''}{self.process}"


@dataclass(frozen=True, slots=True)
class Uninspectable:
    """A process that matters and that this user may not look into; without a process, all those that are hidden."""

    process: Process | None
    why: str

    def __str__(self) -> str:
        return f"{self.process}: {self.why}" if self.process else self.why


@dataclass(frozen=True, slots=True)
class Found:
    """The workers of a project, and the processes of which it cannot be told whether they are."""

    workers: tuple[Worker, ...] = ()
    uninspectable: tuple[Uninspectable, ...] = ()

    @property
    def unguarded(self) -> tuple[Worker, ...]:
        """Workers that run tasks and are not known to use the guard."""
        return tuple(worker for worker in self.workers if worker.runs_tasks and not worker.guarded)


@dataclass(frozen=True, slots=True)
class Holding:
    """The processes that have a session file open, and those that could and may not be looked into."""

    processes: tuple[Process, ...] = ()
    uninspectable: tuple[Uninspectable, ...] = ()
