"""`WorkerClient` in real workers: one connection for many tasks, given up when others want it and when the worker ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.celery_support.guarded import Ends, ended, group, kinds, send, settings_for
from tests.runtime.commands import DEADLINE, environment

if TYPE_CHECKING:
    from tests.celery_support.guarded import Guarded
    from tests.telegram import Controls

_PLAIN = """
import time
from tgsession_runtime.celery import WorkerClient

telegram = WorkerClient()
print(telegram.run(lambda client: client.get_me()).username, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo"])
def test_many_tasks_share_one_connection(make: Callable[..., Guarded], far: Controls, pool: str) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker(pool, concurrency=4 if pool == "threads" else 1)
    for number in range(20):
        project.send("ask", f"{number}")
    for number in range(20):
        project.wait("asked", f"{number}")

    send(worker, signal.SIGTERM)

    assert ended(worker) == 0, project.logs()
    assert not project.noted("raised")
    assert ends() == {"clean": 1}


def test_two_pool_processes_take_turns(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("prefork", concurrency=2)
    for number in range(12):
        project.send("ask", f"{number}", 3)
    for number in range(12):
        project.wait("asked", f"{number}")

    send(worker, signal.SIGTERM)

    assert ended(worker) == 0, project.logs()
    assert not project.noted("raised")
    assert set(ends()) == {"clean"}


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_cold_shutdown_cancels_the_call(make: Callable[..., Guarded], far: Controls, pool: str) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker(pool)
    project.begin("wait", "a")

    send(worker, signal.SIGQUIT)
    ended(worker)

    assert project.noted("cancelled", "a"), project.logs()
    assert ends() == {"clean": 1}


def test_group_told_twice_lets_the_client_disconnect(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("prefork")
    project.begin("wait", "a")

    group(worker)
    group(worker)
    ended(worker)

    assert kinds(project, "a") == ["SystemExit"], project.logs()
    assert ends() == {"clean": 1}


def test_soft_limit_ends_the_call_and_keeps_the_client(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("prefork")
    project.send("wait", "a", soft_time_limit=2)
    project.send("ask", "b")
    project.wait("asked", "b")

    send(worker, signal.SIGTERM)
    ended(worker)

    assert (kinds(project, "a"), len(project.noted("cancelled", "a"))) == (["SoftTimeLimitExceeded"], 1), project.logs()
    assert ends() == {"clean": 1}


def test_idle_client_is_given_up(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(kept={"keep": 0.5}), Ends(far)
    project.worker("prefork")
    project.send("ask", "a")
    project.wait("asked", "a")

    assert ends() == {"clean": 1}


def test_lost_connection_is_made_anew(make: Callable[..., Guarded], far: Controls) -> None:
    project, ends = make(), Ends(far)
    worker = project.worker("prefork")
    project.send("ask", "a")
    project.wait("asked", "a")

    far.drop_connections()
    project.send("ask", "b")
    project.wait("asked", "b")
    send(worker, signal.SIGTERM)

    assert ended(worker) == 0, project.logs()
    assert ends()["clean"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_signal_in_a_process_that_is_no_worker_disconnects(far: Controls, tmp_path: Path, number: int) -> None:
    login = far.log_in(far.add_user(phone=f"+155588{number:03}", code="1", username="alice"))
    login.write(tmp_path / "alerts.session")
    ends = Ends(far)
    program = subprocess.Popen(
        [sys.executable, "-c", _PLAIN], cwd=tmp_path, env=environment(tmp_path, **settings_for(far, tmp_path)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdout.readline() == "alice\n"

    program.send_signal(number)
    _, said = program.communicate(timeout=DEADLINE)

    assert (program.returncode, "ignored" in said) == (-number, False), said
    assert ends() == {"clean": 1}
