"""Starting and stopping real Celery workers from the command line, and the guided recovery."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.celery_support import redis_broker, until
from tests.celery_support.guarded import Ends
from tests.runtime.commands import DEADLINE, HOLD, Started, guard, running
from tests.runtime.redises import redis_of_ones_own
from tests.runtime.test_lease_commands import elsewhere, variables
from tests.telegram import Controls
from tgsession_runtime import tombstones
from tgsession_runtime.processes import started_at
from tgsession_runtime.session import name_of, read, with_key
from tgsession_runtime.state import State

APP = '''
import os, signal, time
from celery import Celery
app = Celery("duties", broker={broker!r})
app.conf.update(task_default_queue={queue!r}, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
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
    (tmp_path / "duties.py").write_text(APP.format(broker=broker, queue=tmp_path.name))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.tgsession-guard]\ncelery-app = "duties"\ncelery-options = "--concurrency 1 --pool prefork --without-mingle --without-gossip"\n'
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
        app.send_task(task, args=[*arguments, str(mark)], queue=project.name)
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


def test_none_is_stopped_by_a_restart_that_could_start_none(project: Path) -> None:
    pid = start(project)
    (project / "pyproject.toml").write_text("[tool.tgsession-guard]\n")

    done = guard(project, "workers", "restart")

    assert (done.status, "not given: `celery_app`" in done.err, started_at(pid) is not None) == (2, True, True)


def test_a_stop_waits_for_the_task_that_runs(project: Path, broker: str) -> None:
    pid = start(project)
    send(project, broker, "jobs.nap", 2)

    done = guard(project, "workers", "stop")

    assert (done.status, started_at(pid)) == (0, None), done.err
    assert "warm:" in done.err


def test_a_worker_of_another_checkout_with_the_same_app_is_left_alone(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pid = start(project)
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("duties.py", "pyproject.toml"):
        (checkout / name).write_bytes((project / name).read_bytes())

    done = guard(checkout, "workers", "stop")

    assert (done.status, done.out, started_at(pid) is not None) == (0, "no workers\n", True)


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
    (project / "duties.py").write_text("raise SystemExit('no such thing as a job')")

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


@pytest.mark.parametrize("named", [False, True])
def test_a_recovery_restores_no_login_that_has_ended(project: Path, far: Controls, *, named: bool) -> None:
    session = project / "alerts.session"
    far.log_in(far.add_bot("9007:token")).write(session)
    guard(project, "backup", "alerts")
    [backup] = project.glob("alerts.session.backup-*")
    tombstones.write(with_key(name_of(session)), State(project / "state"), "AUTH_KEY_DUPLICATED")

    done = guard(project, "recover", "--yes", "alerts", *(["--backup", str(backup)] if named else []))

    if named:
        assert (done.status, f"`{backup}` holds a login that Telegram has ended" in done.err) == (2, True), done.err
    else:
        assert "log in again: `alerts.session`" in done.out, done.out
        assert done.status != 0
    assert len(list(project.glob("alerts.session.aside-*"))) == (0 if named else 1)


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
    for name in ("duties.py", "pyproject.toml", "alerts.session"):
        (elsewhere / name).write_bytes((project / name).read_bytes())

    # For a project in another folder the worker is as far away as one on another host.
    near, far_away = guard(project, "check", "--remote", "alerts"), guard(elsewhere, "check", "--remote", "alerts")

    assert f"pid {pid}" in near.out
    assert "answers from another host" not in near.out
    assert (far_away.status, f"pid {pid}" in far_away.out or "answers from another host" in far_away.out) == (1, True)


def test_what_a_worker_is_stuck_on_is_said(project: Path, broker: str) -> None:
    pid = start(project)
    send(project, broker, "jobs.nap", 60)

    done = guard(project, "workers", "stop", "--timeout", "0.5")

    assert (done.status, "running `jobs.nap` since" in done.err) == (1, True), done.err
    assert started_at(pid) is not None


def test_force_does_not_wait_for_the_respite_of_a_soft_shutdown(project: Path, broker: str) -> None:
    with (project / "duties.py").open("a") as app:
        app.write("app.conf.worker_soft_shutdown_timeout = 600\n")
    pid = start(project)
    send(project, broker, "jobs.nap", 600)

    done = guard(project, "workers", "stop", "--force", "--timeout", "0.5")

    assert (done.status, started_at(pid)) == (0, None), done.err
    assert "was killed" not in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stop_that_was_interrupted_can_be_begun_again(project: Path, broker: str, number: int) -> None:
    pid = start(project)
    send(project, broker, "jobs.nap", 60)
    with Started(project, ["workers", "stop", "--timeout", "60"]) as stopping:
        assert stopping.process.stderr is not None
        stopping.process.stderr.readline()
        stopping.signal(number)
        assert stopping.status() in {130, 143, -9}

    done = guard(project, "workers", "stop", "--force", "--timeout", "0.5")

    assert (done.status, started_at(pid)) == (0, None), done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_was_interrupted_says_what_goes_on(project: Path, number: int) -> None:
    with (project / "duties.py").open("a") as app:
        app.write("import sys\nif 'worker' in sys.argv:\n    open('starting', 'w').close()\n    time.sleep(600)\n")
    with Started(project, ["workers", "start"]) as starting:
        until((project / "starting").exists, "the worker is starting")
        starting.signal(number)
        said = starting.errors()

        assert starting.status() in {130, 143}
    assert "goes on starting" in said
    assert guard(project, "workers", "stop", "--force", "--timeout", "0.5").status == 0


GUARD_IT = "from tgsession_runtime.celery import guard_workers\nguard_workers(app)\n"


@pytest.mark.parametrize("guarded", [True, False])
def test_only_a_worker_that_will_wait_is_started_while_another_host_has_the_lease(project: Path, far: Controls, *, guarded: bool) -> None:
    with redis_of_ones_own() as store:
        store.age(5)
        path = project / "alerts.session"
        far.log_in(far.add_bot(f"901{int(guarded)}:token")).write(path)
        elsewhere(store, path)
        if guarded:
            with (project / "duties.py").open("a") as app:
                app.write(GUARD_IT)

        done = guard(project, "workers", "start", **variables(store))
        stopped = guard(project, "workers", "stop", "--force", "--timeout", "5", **variables(store))

    assert (done.status, stopped.status) == (0 if guarded else 1, 0), done.err + stopped.err
    assert "is leased by" in done.err
    assert ("tasks that use it wait" in done.err) == guarded


def test_a_command_that_the_configuration_calls_a_worker_is_one(project: Path, far: Controls) -> None:
    far.log_in(far.add_bot("9015:token")).write(project / "alerts.session")
    with (project / "pyproject.toml").open("a") as file:
        file.write('worker-patterns = ["listener.py"]\n')
    (project / "listener.py").write_text(HOLD)
    ends = Ends(far)
    with Started(project, ["alerts"], program=(sys.executable, "listener.py")) as listener:
        assert listener.line() == "ready"
        checked = guard(project, "check", "alerts")
        stopped = guard(project, "workers", "stop")

        assert listener.status() == -signal.SIGTERM
    assert (checked.status, "[worker-running]: listener.py worker pid" in checked.out) == (1, True), checked.out
    assert (stopped.status, stopped.out.startswith("stopped: ")) == (0, True), stopped.err
    assert ends() == {"clean": 1}


@pytest.mark.parametrize("given", ["--help", " ; ", "\t"])
def test_a_pattern_that_names_no_command_is_refused(project: Path, given: str) -> None:
    done = guard(project, "check", "alerts", TGSESSION_WORKER_PATTERNS=given)

    assert done.status == 2
    assert "TGSESSION_WORKER_PATTERNS" in done.err
