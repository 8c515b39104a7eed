"""What the commands say of leases, and do with them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import LISTENER, Started, guard
from tests.runtime.machines import SHORT_LEASE
from tests.runtime.redises import RedisServer, redis_of_ones_own
from tgsession_runtime.holder import current
from tgsession_runtime.redis_store import RedisStore
from tgsession_runtime.session import name_of, with_key


@pytest.fixture(scope="module")
def store() -> Iterator[RedisServer]:
    with redis_of_ones_own() as server:
        server.age(5)
        yield server


def variables(store: RedisServer) -> dict[str, str]:
    return {**SHORT_LEASE, "TGSESSION_LEASE": store.url}


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


def test_everything_that_shows_sessions_shows_their_leases(alerts: Path, store: RedisServer) -> None:
    token = elsewhere(store, alerts)

    shown = {words: guard(alerts.parent, *words.split(), **variables(store)) for words in ("status", "workers status", "who alerts")}
    status = json.loads(guard(alerts.parent, "status", "--json", **variables(store)).out)
    who = json.loads(guard(alerts.parent, "who", "--json", "alerts", **variables(store)).out)

    for done in shown.values():
        assert str(token) in done.out
        assert "on host-b" in done.out
    assert status["sessions"][0]["lease"]["token"] == token
    assert status["sessions"][0]["lease"]["holder"]["host"] == "host-b"
    assert 0 < who[0]["lease"]["left"] <= 60
    assert who[0]["lease"]["token"] == token


def test_a_lease_of_this_host_is_shown_beside_its_holder(alerts: Path, store: RedisServer) -> None:
    with Started(alerts.parent, ["run", "--session", "alerts", "--", sys.executable, "-c", LISTENER], variables=variables(store)) as one:
        one.ready()
        checked = guard(alerts.parent, "check", "alerts", **variables(store))
        who = json.loads(guard(alerts.parent, "who", "--json", "alerts", **variables(store)).out)

    assert "  lease: token " in checked.out
    assert "lease-held" not in checked.out
    assert [bool(one["lease"]) for one in who] == [True]


def test_watch_tells_of_leases_on_other_hosts_and_of_the_store(alerts: Path, store: RedisServer) -> None:
    guard(alerts.parent, "check", "alerts", **variables(store))
    with Started(alerts.parent, ["watch", "--every", "0.05", "alerts"], variables=variables(store)) as watching:
        token = elsewhere(store, alerts)
        RedisStore(store.url, 3.0).release(with_key(name_of(alerts)).key_id_hex, token)
        # It says nothing of how things were: so they change until it has begun to look.
        events: list[dict[str, Any]] = []
        while not events:
            token = elsewhere(store, alerts)
            if watching.said():
                events.append(json.loads(watching.line()))
            RedisStore(store.url, 3.0).release(with_key(name_of(alerts)).key_id_hex, token)
        # The first look may have fallen into one of these, whose end alone is told: this one is seen from its beginning.
        token = elsewhere(store, alerts)
        while (events[-1]["event"], events[-1]["lease"]["token"]) != ("leased", token):
            events.append(json.loads(watching.line()))
        RedisStore(store.url, 3.0).release(with_key(name_of(alerts)).key_id_hex, token)
        while events[-1]["event"] != "lease-ended":
            events.append(json.loads(watching.line()))
        with store.paused():
            events.append(json.loads(watching.line()))
        events.append(json.loads(watching.line()))

    leased = next(one for one in events if one["event"] == "leased")
    assert (leased["subject"], leased["lease"]["holder"]["host"]) == ("alerts", "host-b")
    assert events[-3]["ran_out"] is False
    assert [one["event"] for one in events[-2:]] == ["no-store", "store-answers"]


@pytest.mark.parametrize("words", ["export alerts --to alerts.txt", "restore kept alerts", "import string alerts", "recover --yes alerts"])
def test_no_file_is_touched_while_another_host_has_the_session(words: str, alerts: Path, store: RedisServer) -> None:
    string = guard(alerts.parent, "export", "alerts", "--to", "string")
    kept = guard(alerts.parent, "backup", "alerts", "--to", "kept")
    before = {path: path.read_bytes() for path in alerts.parent.iterdir() if path.is_file()}
    elsewhere(store, alerts)

    done = guard(alerts.parent, *words.split(), **variables(store))

    assert (string.status, kept.status) == (0, 0)
    assert done.status == (1 if words.startswith("recover") else 75)
    assert "leased by" in done.out + done.err
    assert "on host-b" in done.out + done.err
    assert {path: path.read_bytes() for path in alerts.parent.iterdir() if path.is_file() and path.suffix != ".lock"} == {
        path: content for path, content in before.items() if path.suffix != ".lock"
    }


def test_a_copy_is_put_back_under_a_lease_that_is_given_back(alerts: Path, store: RedisServer) -> None:
    done = guard(alerts.parent, "backup", "alerts", "--to", "kept")
    token = elsewhere(store, alerts)
    RedisStore(store.url, 3.0).release(with_key(name_of(alerts)).key_id_hex, token)

    restored = guard(alerts.parent, "restore", "kept", "alerts", **variables(store))

    assert (done.status, restored.status) == (0, 0)
    assert RedisStore(store.url, 3.0).read(with_key(name_of(alerts)).key_id_hex) is None


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


def test_doctor_asks_the_store(alerts: Path, store: RedisServer) -> None:
    well = guard(alerts.parent, "doctor", "--verbose", **variables(store))
    ill = guard(alerts.parent, "doctor", TGSESSION_LEASE="redis://:hunter2@127.0.0.1:1")

    assert f"lease store: {store.url}" in well.out
    assert "the lease store `redis://127.0.0.1:1` cannot be used" in ill.out
    assert ill.status == 1
    assert "hunter2" not in ill.out + ill.err
