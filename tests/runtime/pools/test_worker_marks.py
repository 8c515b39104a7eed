"""What a guarded worker says of itself, what its processes refuse, and what the page about it says."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.celery_support.guarded import ended, send
from tests.runtime.commands import CHECKOUT, DEADLINE, environment
from tgsession_runtime.state import State
from tgsession_runtime.workers import running

if TYPE_CHECKING:
    from tests.celery_support.guarded import Guarded
    from tests.telegram import Controls, Login

_INHERITED = """
from telethon.sync import TelegramClient
inherited = TelegramClient("bare", 1, "0" * 32)
"""


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo"])
def test_worker_is_known_to_use_the_guard_as_long_as_it_runs(make: Callable[..., Guarded], pool: str) -> None:
    project = make()
    markers = State(project.state).workers()

    worker = project.worker(pool)
    seen = [one.guarded for one in running(project.root, markers=markers).workers]
    send(worker, signal.SIGTERM)
    ended(worker)

    assert seen == [True]
    assert not list(markers.iterdir())


def test_mark_of_a_killed_worker_goes_when_the_next_one_starts(make: Callable[..., Guarded]) -> None:
    project = make()
    markers = State(project.state).workers()
    killed = project.worker("solo")
    send(killed, signal.SIGKILL)
    ended(killed)
    left = {path.name for path in markers.iterdir()}

    project.worker("solo")

    now = {path.name for path in markers.iterdir()}
    assert (len(left), len(now)) == (1, 1)
    assert not left & now


def test_client_of_the_main_process_is_refused_in_a_task(make: Callable[..., Guarded]) -> None:
    project = make(more=_INHERITED)
    project.worker("prefork")

    project.send("inherit", "a")
    raised = project.wait("raised", "a")

    assert (raised["kind"], "bare" in raised["text"]) == ("InheritedClientError", True)


def programs() -> list[str]:
    text = (CHECKOUT / "docs" / "celery.md").read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("text", programs(), ids=["guarded_client", "WorkerClient"])
def test_programs_of_the_page_run_as_they_are_written(text: str, telegram: Controls, alice: Login, tmp_path: Path) -> None:
    alice.write(tmp_path / "alerts.session")

    done = subprocess.run(
        [sys.executable, "-c", text + "\nalert('hello')\n"], cwd=tmp_path, capture_output=True, timeout=DEADLINE, check=False,
        env=environment(tmp_path, TGSESSION_SESSION="alerts", TGSESSION_API_ID="1", TGSESSION_API_HASH="0"),
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, b"")
    ledger = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert (ledger["requests"]["messages.sendMessage"], ledger["totals"]["clean_ends"]) == (1, 1)
