"""Celery's soft shutdown, a cold one with a respite (`worker_soft_shutdown_timeout`): the block uses it or is ended, and disconnects."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from tests.celery_support import until
from tests.celery_support.guarded import Ends, ended, kinds, send

if TYPE_CHECKING:
    from tests.celery_support import Started
    from tests.celery_support.guarded import Guarded
    from tests.telegram import Controls

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and prefork"),
    pytest.mark.skipif(tuple(map(int, version("celery").split(".")[:2])) < (5, 5), reason="soft shutdown came with Celery 5.5"),
]
LONG, SHORT = 60.0, 1.0
# Not eventlet: there Celery waits for the task inside the hub, which is an error of its own on half of all signals.
ENDS = [("prefork", "SystemExit"), ("threads", "Terminated"), ("solo", "NotImplementedError"), ("gevent", "GreenletExit")]


@pytest.fixture
def soft(make: Callable[..., Guarded], broker: str, request: pytest.FixtureRequest) -> Callable[..., tuple[Guarded, Started]]:
    """A worker that has been told to end softly while a task is in its block."""

    def begin(pool: str, task: str, seconds: float) -> tuple[Guarded, Started]:
        settings = {"broker_url": broker, "task_default_queue": request.node.name, "worker_soft_shutdown_timeout": seconds}
        project = make(settings=settings)
        worker = project.worker(pool)
        project.begin(task, "a")
        send(worker, signal.SIGQUIT)
        until(lambda: b"Initiating Soft Shutdown" in worker.log.read_bytes(), "the soft shutdown has begun")
        return project, worker

    return begin


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_task_that_ends_in_the_respite_is_not_disturbed(soft: Callable[..., tuple[Guarded, Started]], far: Controls, pool: str) -> None:
    ends = Ends(far)
    project, worker = soft(pool, "hold", LONG)

    project.let_go("a")
    project.wait("out", "a")

    assert kinds(project, "a") == [], project.logs()
    assert ends() == {"clean": 1}
    worker.process.kill()


@pytest.mark.parametrize(("pool", "raised"), ENDS)
def test_task_that_goes_on_is_ended_after_the_respite(
    soft: Callable[..., tuple[Guarded, Started]], far: Controls, pool: str, raised: str
) -> None:
    ends = Ends(far)
    project, worker = soft(pool, "hold", SHORT)

    ended(worker)

    assert kinds(project, "a") == [raised], project.logs()
    assert ends() == {"clean": 1}


@pytest.mark.parametrize(("pool", "raised"), ENDS)
def test_second_signal_ends_the_respite(soft: Callable[..., tuple[Guarded, Started]], far: Controls, pool: str, raised: str) -> None:
    ends = Ends(far)
    project, worker = soft(pool, "hold", LONG)

    send(worker, signal.SIGQUIT)
    project.wait("out", "a")

    assert kinds(project, "a") == [raised], project.logs()
    assert ends() == {"clean": 1}
    worker.process.kill()
