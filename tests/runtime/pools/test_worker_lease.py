"""Workers on two hosts that share one login, with leases in the Redis that is their broker."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.celery_support import until
from tests.celery_support.guarded import ended, group
from tests.runtime.machines import SHORT_LEASE

if TYPE_CHECKING:
    from tests.celery_support import Started
    from tests.celery_support.guarded import Guarded
    from tests.telegram import Controls

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
    return project.worker(
        pool, "-Q", f"q{number}", **SHORT_LEASE, **{f"TGSESSION_{name}": value for name, value in variables.items()}
    )


@dataclass
class TwoHosts:
    """A worker on each of two hosts, for the one login that they share."""

    project: Guarded
    first: Started
    second: Started

    def second_wants_it(self) -> None:
        """A task of the second host asks for the login, and says that it waits for the first."""
        self.project.send("hold", "second", queue="q2")
        until(lambda: b" on host-1 " in self.second.log.read_bytes(), "it says for whom it waits")

    def second_gets_it(self) -> None:
        """The task of the second host has had the login, and nothing went wrong with it."""
        self.project.wait("in", "second")
        self.project.let_go("second")
        self.project.wait("out", "second")
        assert not self.project.noted("raised", "second")


@pytest.fixture
def hosts(make: Callable[..., Guarded], far: Controls, tmp_path: Path, pool: str) -> Iterator[TwoHosts]:
    """Two hosts, of which the first has the login; it is never used from both."""
    before, project = far.totals()["overlaps"], make(more=_ON_ITS_OWN)
    both = TwoHosts(project, *(on_a_host(project, tmp_path, number, pool) for number in (1, 2)))
    project.begin("hold", "first", queue="q1")
    yield both
    assert far.totals()["overlaps"] == before


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_worker_waits_for_the_worker_of_another_host(hosts: TwoHosts) -> None:
    hosts.second_wants_it()
    assert not hosts.project.noted("in", "second")
    hosts.project.let_go("first")

    hosts.second_gets_it()
    assert not hosts.project.noted("raised", "first")


@pytest.mark.parametrize("pool", ["prefork"])
def test_a_cold_stop_hands_the_login_to_the_other_host(hosts: TwoHosts) -> None:
    hosts.second_wants_it()
    group(hosts.first, signal.SIGQUIT)

    hosts.second_gets_it()
    ended(hosts.first)


@pytest.mark.parametrize("pool", ["prefork"])
def test_a_killed_worker_is_waited_out_by_the_other_host(hosts: TwoHosts) -> None:
    group(hosts.first, signal.SIGKILL)
    ended(hosts.first)
    hosts.second_wants_it()  # though nobody renews the lease

    hosts.second_gets_it()
