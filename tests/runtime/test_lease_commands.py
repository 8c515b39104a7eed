"""What the commands say of leases, and do with them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import LISTENER, Started, guard
from tests.runtime.redises import RedisServer, redis_of_ones_own
from tests.telegram import Controls
from tgsession_runtime.holder import current
from tgsession_runtime.redis_store import RedisStore
from tgsession_runtime.session import name_of, with_key

TERMS = {"DURATION": "3.5", "RENEW": "0.3", "DEADLINE": "1.5", "SETTLE": "1"}


@pytest.fixture(scope="module")
def store() -> Iterator[RedisServer]:
    with redis_of_ones_own() as server:
        server.age(5)
        yield server


@pytest.fixture
def alerts(far: Controls, tmp_path: Path) -> Path:
    path = tmp_path / "alerts.session"
    far.log_in(far.add_user(phone=f"+1666{os.getpid()}{id(path) % 10_000}", code="1")).write(path)
    path.chmod(0o600)
    return path


def variables(store: RedisServer) -> dict[str, str]:
    return {"TGSESSION_LEASE": store.url, **{f"TGSESSION_LEASE_{name}": value for name, value in TERMS.items()}}


def elsewhere(store: RedisServer, path: Path) -> int:
    """A holder on another machine; its token."""
    from dataclasses import replace

    record = replace(current(), host="host-b", boot_id="another machine").encode().decode().strip()
    client, key_id = RedisStore(store.url, 3.0), with_key(name_of(path)).key_id_hex
    token = client.acquire(key_id, record, 4.0)
    assert isinstance(token, int)
    client.renew(key_id, token, record, 60.0)
    return token


def test_a_lease_on_another_host_is_shown_and_can_be_ended(alerts: Path, store: RedisServer) -> None:
    token = elsewhere(store, alerts)

    checked = guard(alerts.parent, "check", "--json", "alerts", **variables(store))
    who = guard(alerts.parent, "who", "alerts", **variables(store))
    run = guard(alerts.parent, "run", "--session", "alerts", "--wait", "0", "--", "true", **variables(store))
    wrong = guard(alerts.parent, "lease", "release", "--token", "7", "alerts", **variables(store))
    right = guard(alerts.parent, "lease", "release", "--token", str(token), "alerts", **variables(store))
    after = guard(alerts.parent, "check", "alerts", **variables(store))

    reason: dict[str, Any] = json.loads(checked.out)["sessions"][0]["reasons"][0]
    assert (checked.status, reason["code"], reason["details"]["token"]) == (1, "lease-held", token)
    assert (who.status, "on host-b" in who.out) == (0, True)
    assert (run.status, "on host-b" in run.err) == (75, True)
    assert (wrong.status, right.status, after.status) == (1, 0, 0)
    assert "may still be connected" in right.err


def test_a_store_that_does_not_answer_leaves_the_answer_open(alerts: Path) -> None:
    done = guard(alerts.parent, "check", "alerts", TGSESSION_LEASE="redis://127.0.0.1:1")

    assert (done.status, "no-store" in done.out) == (3, True)


def test_a_program_runs_under_a_lease_and_is_ended_when_that_is_lost(alerts: Path, store: RedisServer) -> None:
    arguments = ["run", "--session", "alerts", "--", sys.executable, "-c", LISTENER]
    with Started(alerts.parent, arguments, variables=variables(store)) as program:
        program.ready()
        key_id = with_key(name_of(alerts)).key_id_hex
        held = RedisStore(store.url, 3.0).read(key_id)
        with store.paused():
            told = program.line()
            status = program.status()

        assert held is not None
        assert held.holder is not None
        assert held.holder.command.startswith("tgsession-guard run") or held.holder.pid == program.process.pid
        assert (told, status) == ("SIGTERM", 128 + 9)  # it does not end by SIGTERM, and so is killed at the cut
        assert "the lease on session `alerts` was lost" in program.errors()
