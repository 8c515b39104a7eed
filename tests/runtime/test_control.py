"""Starting and stopping real Celery workers from the command line, and the guided recovery."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.celery_support import redis_broker
from tests.runtime.commands import DEADLINE, Started, guard
from tests.runtime.test_check import HOLD, running
from tests.telegram import Controls
from tgsession_runtime.holder import started_at
from tgsession_runtime.session import read

APP = '''
import os, signal, time
from celery import Celery
app = Celery("jobs", broker={broker!r})
app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
@app.task(name="jobs.nap")
def nap(seconds, mark):
    open(mark, "w").close()
    time.sleep(seconds)
@app.task(name="jobs.deaf")
def deaf(mark):
    """Ends on nothing but SIGKILL."""
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    open(mark, "w").close()
    time.sleep(600)
'''


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with redis_broker() as address:
        yield address


@pytest.fixture
def project(tmp_path: Path, broker: str) -> Iterator[Path]:
    (tmp_path / "jobs.py").write_text(APP.format(broker=broker))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.tgsession-guard]\ncelery-app = "jobs"\ncelery-options = "--concurrency 1 --pool prefork --without-mingle --without-gossip"\n'
    )
    yield tmp_path
    guard(tmp_path, "workers", "stop", "--force", "--timeout", "0.5")


def start(project: Path) -> int:
    done = guard(project, "workers", "start")
    assert done.status == 0, done.err
    return int(done.out.split()[2].rstrip(","))


def send(project: Path, broker: str, task: str, *arguments: object) -> Path:
    from celery import Celery

    mark = project / "began"
    with Celery(broker=broker) as app:
        app.send_task(task, args=[*arguments, str(mark)])
    end = time.monotonic() + DEADLINE
    while not mark.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    return mark


def test_a_worker_is_started_shown_and_stopped(project: Path) -> None:
    pid = start(project)
    shown = guard(project, "workers", "status")
    stopped = guard(project, "workers", "stop")

    assert (shown.status, str(pid) in shown.out) == (0, True)
    assert (stopped.status, started_at(pid)) == (0, None), stopped.err
    assert stopped.out == f"stopped: {pid}; no session of the project is in use\n"
    assert guard(project, "workers", "status").status == 1


def test_a_stop_waits_for_the_task_that_runs(project: Path, broker: str) -> None:
    pid = start(project)
    send(project, broker, "jobs.nap", 2)

    done = guard(project, "workers", "stop")

    assert (done.status, started_at(pid)) == (0, None), done.err
    assert "warm:" in done.err


def test_a_task_that_does_not_finish_in_time_is_said_and_left_alone(project: Path, broker: str) -> None:
    pid = start(project)
    send(project, broker, "jobs.nap", 60)

    done = guard(project, "workers", "stop", "--timeout", "0.5")

    assert (done.status, started_at(pid) is not None) == (1, True)
    assert f"pid {pid}" in done.err
    assert "--force" in done.err


def test_force_ends_a_worker_that_ignores_every_signal_and_says_so(project: Path, broker: str, monkeypatch) -> None:
    pid = start(project)
    send(project, broker, "jobs.deaf")

    with Started(project, ["workers", "stop", "--force", "--timeout", "0.5"]) as stopping:
        errors = stopping.errors()

        assert (stopping.status(), started_at(pid)) == (0, None), errors
    assert "was killed" in errors


def test_no_worker_is_started_while_a_session_is_held(project: Path, far: Controls) -> None:
    far.log_in(far.add_bot("9001:token")).write(project / "alerts.session")
    with running(project, HOLD, "alerts"):
        done = guard(project, "workers", "start")

    assert (done.status, "is not safe to use" in done.err) == (1, True)


def test_a_worker_that_does_not_come_up_is_said_with_its_last_words(project: Path) -> None:
    (project / "jobs.py").write_text("raise SystemExit('no such thing as a job')")

    done = guard(project, "workers", "start", "--wait", "20")

    assert (done.status, "no such thing as a job" in done.err) == (1, True)


def test_a_script_is_refused_while_an_unguarded_worker_runs(project: Path, far: Controls) -> None:
    pid = start(project)
    far.log_in(far.add_bot("9002:token")).write(project / "alerts.session")

    with pytest.raises(AssertionError, match="may be used by workers"):
        running(project, HOLD, "alerts").__exit__()

    assert guard(project, "check", "alerts").status == 1
    os.kill(pid, signal.SIGTERM)


def test_a_recovery_shows_its_steps_and_does_nothing_when_dry(project: Path, far: Controls) -> None:
    session = project / "alerts.session"
    far.log_in(far.add_bot("9003:token")).write(session)
    guard(project, "backup", "alerts")
    session.write_bytes(b"damaged")

    done = guard(project, "recover", "--dry-run", "alerts")

    assert (done.status, session.read_bytes()) == (1, b"damaged")
    assert [line.split()[1] for line in done.out.splitlines() if line.startswith("would")] == ["put", "restore"]


def test_a_recovery_restores_the_newest_backup_and_keeps_the_damaged_file(project: Path, far: Controls) -> None:
    session = project / "alerts.session"
    far.log_in(far.add_bot("9004:token")).write(session)
    guard(project, "backup", "alerts")
    key_id = read(session).key_id
    session.write_bytes(b"damaged")

    done = guard(project, "recover", "--yes", "alerts")

    assert (done.status, read(session).key_id) == (0, key_id), done.err
    assert [one.read_bytes() for one in project.glob("alerts.session.aside-*")] == [b"damaged"]


def test_a_recovery_stops_workers_first_and_starts_them_again(project: Path, far: Controls) -> None:
    session = project / "alerts.session"
    far.log_in(far.add_bot("9005:token")).write(session)
    session.chmod(0o600)
    guard(project, "backup", "alerts")
    before = start(project)
    session.write_bytes(b"damaged")

    done = guard(project, "recover", "--yes", "alerts")

    assert started_at(before) is None
    assert "started: pid" in done.out, done.err + done.out
    assert guard(project, "workers", "status").status == 0


def test_a_recovery_asks_nobody_where_nobody_is(project: Path) -> None:
    assert guard(project, "recover", "alerts").status == 2


def test_workers_of_other_hosts_answer_through_the_broker(project: Path, far: Controls) -> None:
    far.log_in(far.add_bot("9006:token")).write(project / "alerts.session")
    pid = start(project)
    elsewhere = project.parent / f"{project.name}-elsewhere"
    elsewhere.mkdir()
    for name in ("jobs.py", "pyproject.toml", "alerts.session"):
        (elsewhere / name).write_bytes((project / name).read_bytes())

    # For a project in another folder the worker is as far away as one on another host.
    near, far_away = guard(project, "check", "--remote", "alerts"), guard(elsewhere, "check", "--remote", "alerts")

    assert f"pid {pid}" in near.out
    assert "answers from another host" not in near.out
    assert (far_away.status, f"pid {pid}" in far_away.out or "answers from another host" in far_away.out) == (1, True)
