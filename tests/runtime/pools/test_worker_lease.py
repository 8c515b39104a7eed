"""Workers on two hosts that share one login, with leases in the Redis that is their broker."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.celery_support import until
from tests.celery_support.guarded import ended, group

if TYPE_CHECKING:
    from tests.celery_support import Started
    from tests.celery_support.guarded import Guarded
    from tests.telegram import Controls

_TERMS = {"DURATION": "3.5", "RENEW": "0.3", "DEADLINE": "1.5", "SETTLE": "1"}
_ON_ITS_OWN = """
from tests.runtime.machines import live_on
live_on(os.environ["TGSESSION_HOST"])
"""


def on_a_host(project: Guarded, folder: Path, number: int, pool: str) -> Started:
    """A worker of `host-NUMBER`, with a copy of the session file and a state folder of its own, for the queue `qNUMBER`."""
    home = folder / f"host-{number}"
    home.mkdir()
    shutil.copy(folder / "alerts.session", home / "alerts.session")
    variables = {"SESSION": str(home / "alerts"), "STATE_DIR": str(home / "state"), "HOST": f"host-{number}", "LEASE": "celery"}
    variables |= {f"LEASE_{name}": value for name, value in _TERMS.items()}
    return project.worker(pool, "-Q", f"q{number}", **{f"TGSESSION_{name}": value for name, value in variables.items()})


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_worker_waits_for_the_worker_of_another_host(make: Callable[..., Guarded], far: Controls, tmp_path: Path, pool: str) -> None:
    before, project = far.totals()["overlaps"], make(more=_ON_ITS_OWN)
    on_a_host(project, tmp_path, 1, pool)
    second = on_a_host(project, tmp_path, 2, pool)
    project.send("hold", "first", queue="q1")
    project.wait("in", "first")

    project.send("hold", "second", queue="q2")
    until(lambda: b" on host-1 " in second.log.read_bytes(), "it says for whom it waits")
    assert not project.noted("in", "second")
    project.let_go("first")
    project.wait("in", "second")
    project.let_go("second")
    project.wait("out", "second")

    assert [project.noted("raised", key) for key in ("first", "second")] == [[], []]
    assert far.totals()["overlaps"] == before


def test_a_cold_stop_hands_the_login_to_the_other_host(make: Callable[..., Guarded], far: Controls, tmp_path: Path) -> None:
    before, project = far.totals()["overlaps"], make(more=_ON_ITS_OWN)
    first = on_a_host(project, tmp_path, 1, "prefork")
    second = on_a_host(project, tmp_path, 2, "prefork")
    project.send("hold", "first", queue="q1")
    project.wait("in", "first")
    project.send("hold", "second", queue="q2")
    until(lambda: b" on host-1 " in second.log.read_bytes(), "it waits")

    group(first, signal.SIGQUIT)

    project.wait("in", "second")
    project.let_go("second")
    project.wait("out", "second")
    ended(first)
    assert far.totals()["overlaps"] == before


def test_a_killed_worker_is_waited_out_by_the_other_host(make: Callable[..., Guarded], far: Controls, tmp_path: Path) -> None:
    before, project = far.totals()["overlaps"], make(more=_ON_ITS_OWN)
    first = on_a_host(project, tmp_path, 1, "prefork")
    second = on_a_host(project, tmp_path, 2, "prefork")
    project.send("hold", "first", queue="q1")
    project.wait("in", "first")

    group(first, signal.SIGKILL)
    ended(first)
    project.send("hold", "second", queue="q2")

    until(lambda: b" on host-1 " in second.log.read_bytes(), "it waits for a lease that nobody renews")
    project.wait("in", "second")
    project.let_go("second")
    project.wait("out", "second")
    assert not project.noted("raised", "second")
    assert far.totals()["overlaps"] == before
