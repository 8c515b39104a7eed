"""Real workers that are told to end while a task is in a guarded block: each disconnects in order."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.celery_support.guarded import Ends, ended, group, kinds, send

if TYPE_CHECKING:
    from tests.celery_support.guarded import Guarded
    from tests.telegram import Controls

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and prefork")


@pytest.mark.parametrize("task", ["hold", "block"])
def test_group_told_twice_lets_the_task_disconnect(make: Callable[..., Guarded], far: Controls, task: str) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("prefork")
    project.begin(task, "a")

    group(worker)
    group(worker)
    ended(worker)

    assert kinds(project, "a") == ["SystemExit"], project.logs()
    assert ends() == {"clean": 1}


def test_cold_shutdown_lets_the_task_disconnect(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("prefork")
    project.begin("hold", "a")

    send(worker, signal.SIGTERM, signal.SIGQUIT)
    ended(worker)

    assert kinds(project, "a") == ["SystemExit"], project.logs()
    assert ends() == {"clean": 1}


@pytest.mark.parametrize("numbers", [(signal.SIGQUIT,), (signal.SIGTERM, signal.SIGQUIT)], ids=["QUIT", "TERM QUIT"])
def test_cold_shutdown_ends_the_block_of_a_thread(make: Callable[..., Guarded], far: Controls, numbers: tuple[int, ...]) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("threads")
    project.begin("hold", "a")

    send(worker, *numbers)
    ended(worker)

    assert kinds(project, "a") == ["Terminated"], project.logs()
    assert ends() == {"clean": 1}


def test_cold_shutdown_disconnects_for_a_thread_that_is_busy(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("threads")
    project.begin("block", "a")

    send(worker, signal.SIGQUIT)

    assert ends() == {"clean": 1}
    project.let_go("a")
    ended(worker)


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo", "gevent", "eventlet"])
def test_warm_shutdown_waits_for_the_task(make: Callable[..., Guarded], far: Controls, pool: str) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker(pool)
    project.begin("hold", "a")

    send(worker, signal.SIGTERM)
    project.let_go("a")

    assert ended(worker) == 0, project.logs()
    assert (kinds(project, "a"), len(project.noted("out", "a"))) == ([], 1)
    assert ends() == {"clean": 1}


@pytest.mark.parametrize(("pool", "raised"), [("solo", "NotImplementedError"), ("gevent", "GreenletExit")])
def test_block_ends_by_what_celery_raises_in_it(make: Callable[..., Guarded], far: Controls, pool: str, raised: str) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker(pool)
    project.begin("hold", "a")

    send(worker, signal.SIGQUIT)
    ended(worker)

    assert kinds(project, "a") == [raised], project.logs()
    assert ends() == {"clean": 1}

@pytest.mark.parametrize("task", ["hold", "block"])
def test_soft_limit_lets_the_task_disconnect(make: Callable[..., Guarded], far: Controls, task: str) -> None:
    project, ends = make(), Ends(far)
    project.worker("prefork")
    project.send(task, "a", soft_time_limit=2)
    project.wait("out", "a")

    assert kinds(project, "a") == ["SoftTimeLimitExceeded"], project.logs()
    assert ends() == {"clean": 1}


def test_soft_limit_can_be_handled_in_the_block(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    project.worker("prefork")
    project.send("save", "a", soft_time_limit=2)
    project.wait("out", "a")

    assert len(project.noted("saved", "a")) == 1, project.logs()
    assert not kinds(project, "a")
    assert ends() == {"clean": 1}


def test_revoked_task_disconnects(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    project.worker("prefork")
    task = project.begin("hold", "a")

    project.app.control.revoke(task, terminate=True)
    project.wait("out", "a")

    assert kinds(project, "a") == ["SystemExit"], project.logs()
    assert ends() == {"clean": 1}


def test_session_is_free_after_a_hard_limit(make: Callable[..., Guarded]) -> None:
    project = make()
    project.worker("prefork")
    project.send("block", "a", time_limit=2)
    project.begin("hold", "b")

    project.let_go("b")
    project.wait("out", "b")

    assert not kinds(project, "b")
