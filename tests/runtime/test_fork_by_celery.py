"""A worker whose main process holds a session as it forks its pool: the pool process is refused, the session stays whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.celery_support.brokers import folder_broker
from tests.runtime.commands import CHECKOUT, DEADLINE, environment
from tests.runtime.guarding import Contender, login
from tests.telegram import Controls

pytest.importorskip("celery")

_APP = """
import json, os, pathlib
from celery import Celery
from celery.signals import worker_init
from tests.runtime.guarding import quick

app = Celery("app")
app.conf.update({settings!r})
guard = quick({session!r}, workers="ignore")
held = []

@worker_init.connect
def enter(**_):
    held.append(guard.__enter__())

def error_of(action):
    try:
        action()
    except BaseException as error:
        return type(error).__name__
    return "nothing"

def own_guard():
    with quick({session!r}, workers="ignore"):
        pass

@app.task(name="use")
def use():
    client = held[0]
    found = {{
        "pid": os.getpid(), "main": os.getppid(),
        "request": error_of(lambda: client.loop.run_until_complete(client.get_me())),
        "disconnect": error_of(client.disconnect),
        "leave": error_of(lambda: guard.__exit__(None, None, None)),
        "own guard": error_of(own_guard),
    }}
    path = pathlib.Path({out!r})
    path.with_suffix(".new").write_text(json.dumps(found))
    path.with_suffix(".new").rename(path)
"""


def test_pool_process_is_refused_what_its_main_process_holds(far: Controls, contender: Contender, state: Path, tmp_path: Path) -> None:
    login(far, tmp_path / "a.session")
    far.set_policy("strict")
    out = tmp_path / "out.json"
    app = _APP.format(settings=folder_broker(tmp_path), session=str(tmp_path / "a"), out=str(out))
    (tmp_path / "app.py").write_text(app)
    surroundings = {**environment(tmp_path), "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{tmp_path}", "TGSESSION_STATE_DIR": str(state)}
    command = [sys.executable, "-m", "celery", "-A", "app"]
    worker = subprocess.Popen(
        [*command, "worker", "-P", "prefork", "-c", "1", "--without-gossip", "--without-mingle"], cwd=tmp_path, env=surroundings,
        stdout=subprocess.DEVNULL, stderr=(tmp_path / "errors").open("wb"),
    )  # fmt: skip
    try:
        subprocess.run([*command, "call", "use"], cwd=tmp_path, env=surroundings, check=True, capture_output=True, timeout=DEADLINE)
        end = time.monotonic() + DEADLINE
        while not out.exists():
            assert time.monotonic() < end, (tmp_path / "errors").read_text()
            assert worker.poll() is None, (tmp_path / "errors").read_text()
            time.sleep(0.02)
        kept_out = contender(tmp_path / "a")
        os.kill(worker.pid, signal.SIGTERM)
        worker.wait(DEADLINE)
    finally:
        worker.kill()
        worker.wait()

    found = json.loads(out.read_text())
    assert found["main"] == worker.pid
    assert {name: found[name] for name in ("request", "disconnect", "leave", "own guard")} == {
        "request": "InheritedGuardError",
        "disconnect": "InheritedGuardError",
        "leave": "InheritedGuardError",
        "own guard": "SessionHeldHereError",
    }
    assert "SessionInUseError" in kept_out
    assert contender(tmp_path / "a") == "free"
    assert far.totals()["live"] == far.totals()["invalidations"] == 0
    far.set_policy("ip")
