"""Start and stop workers: by Celery's own words, one step at a time, and each step told.

Stopping escalates as Celery does: warm (SIGTERM: tasks are finished), cold (SIGQUIT: tasks are ended, and their guards
disconnect), and only for what still lives, last of all, SIGKILL, which leaves a session unclean.

| runner | warm: to the main process | cold |
| --- | --- | --- |
| Celery | SIGTERM | SIGQUIT to the main process; with a soft shutdown again, which ends its tasks' respite, and again, which ends its own |
| huey | SIGINT; on SIGTERM it ends its tasks | as the others |
| others | SIGTERM | SIGTERM to the processes that run the tasks, on which guards end their blocks; SIGQUIT would kill them as they are |

Source: docs.celeryq.dev, "Stopping the worker"; measured on Celery 5.7, dramatiq 2.2, rq 3.0, huey 3.5, taskiq 0.13, arq 0.28.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.processes import started_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tgsession_runtime.workers import Worker

_LOOK_EVERY = 0.1
# From a cold shutdown to the last child's end: a disconnect of 10 s, and what Celery takes itself (1.2 s measured).
COLD = 13.0
_LAST = 5.0
# How long Celery's main process gets to pass the first SIGQUIT on, and to end after the third, in seconds.
_PASSED_ON = 1.0
_WITHOUT_RESPITE = 3.0
_WARM = {"huey": signal.SIGINT}
_QUIT = getattr(signal, "SIGQUIT", signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Left:
    """A process that has not ended yet."""

    pid: int
    started: str
    worker: str
    runner: str
    is_main: bool

    @property
    def alive(self) -> bool:
        """Whether it is still there; its pid may have been given to another since."""
        return started_at(self.pid) == self.started


@dataclass(frozen=True, slots=True)
class Step:
    """How a stop is going."""

    stage: str
    """`warm`, `cold` or `kill`."""
    seconds_left: float
    left: tuple[Left, ...]
    killed: tuple[Left, ...] = ()


def stop(
    found: Sequence[Worker], *, seconds: float, force: bool, respite: bool = False, clock: Callable[[], float] = time.monotonic
) -> Iterator[Step]:
    """Stop the workers *found*: a step each moment, the last of which says what has not ended.

    A warm shutdown gets *seconds*. Without *force* that is all; with it a cold one and at last SIGKILL follow. *respite* says
    that Celery gives tasks one before a cold shutdown ends them: they have had theirs in the warm one.
    """
    everything = list(_processes(found))
    mains = [one for one in everything if one.is_main]
    yield from _stage("warm", {one: _WARM.get(one.runner, signal.SIGTERM) for one in mains}, everything, seconds, clock)
    if not force:
        return
    celery = dict.fromkeys((one for one in mains if one.runner == "celery"), _QUIT)
    others = dict.fromkeys(_that_run_tasks(one for one in everything if one.runner != "celery"), signal.SIGTERM)
    again = ((celery, COLD - _PASSED_ON), (celery, _WITHOUT_RESPITE)) if respite else ()
    for told, limit in (({**celery, **others}, _PASSED_ON if respite else COLD), *again):
        if _alive(everything):
            yield from _stage("cold", told, everything, limit, clock)
    killed = _alive(everything)
    if killed:
        # The children first: the end of their main process would take them along before anybody could name them.
        kill = dict.fromkeys(killed[::-1], getattr(signal, "SIGKILL", signal.SIGTERM))
        yield from _stage("kill", kill, everything, _LAST, clock, killed)


def _that_run_tasks(processes: Iterable[Left]) -> list[Left]:
    """Of each worker its pool, or the main process where it has none: a second signal to that makes rq kill its pool."""
    listed = list(processes)
    with_pool = {one.worker for one in listed if not one.is_main}
    return [one for one in listed if not one.is_main or one.worker not in with_pool]


def start(app: str, options: str, project: Path, log: Path) -> int:
    """Start a worker of *app* that outlives this process; its pid. What it says goes to *log*.

    Raises:
        ConfigurationError: it cannot be started at all.
    """
    words = [sys.executable, "-m", "celery", "-A", app, "worker", *shlex.split(options)]
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                words, cwd=project, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
    except OSError as error:
        raise ConfigurationError(
            f"the worker cannot be started: {error.strerror or error}", "install Celery for this Python", why="nothing was started"
        ) from error
    return process.pid


def is_running(pid: int) -> bool:
    """Whether process *pid* has not ended."""
    return started_at(pid) is not None


def size_of(log: Path) -> int:
    """How much stands in *log* already, of workers that were started before."""
    try:
        return log.stat().st_size
    except OSError:
        return 0


def last_words(log: Path, since: int, lines: int = 5) -> str:
    """The end of what has come to *log* behind its first *since* bytes: why a worker did not come up."""
    try:
        with log.open("rb") as file:
            file.seek(since)
            said = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join([line for line in said.splitlines() if line.strip()][-lines:])


def _stage(
    name: str, told: Mapping[Left, int], everything: Sequence[Left], seconds: float, clock: Callable[[], float],
    killed: Sequence[Left] = (),
) -> Iterator[Step]:  # fmt: skip
    for one, number in told.items():
        _signal(one, number)
    end = clock() + seconds
    while True:
        left = _alive(everything)
        remaining = end - clock()
        yield Step(name, max(0.0, remaining), left, tuple(killed))
        if not left or remaining <= 0:
            return
        time.sleep(min(_LOOK_EVERY, remaining))


def _signal(one: Left, number: int) -> None:
    if one.alive:
        try:
            os.kill(one.pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise ConfigurationError(
                f"pid {one.pid} belongs to another user", "run this as that user, or as root", why="it was not told to stop"
            ) from error


def _processes(found: Sequence[Worker]) -> Iterator[Left]:
    for worker in found:
        for pid in worker.pids:
            if (started := started_at(pid)) is not None:
                yield Left(pid, started, str(worker), worker.runner, pid == worker.process.pid)


def _alive(everything: Sequence[Left]) -> tuple[Left, ...]:
    return tuple(one for one in everything if one.alive)
