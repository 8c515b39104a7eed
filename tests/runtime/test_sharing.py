"""`exclusive=False`: several readers at a time, by one address, and never together with one that wants it alone."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runtime.guarding import FORMS, Contender, login, quick, run
from tests.runtime.stage import Stage
from tests.telegram import Controls
from tgsession_runtime import EgressError, SessionHeldHereError, SessionInUseError
from tgsession_runtime.records import recorded
from tgsession_runtime.session import name_of
from tgsession_runtime.state import State


@pytest.fixture(scope="module")
def _stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Stage]]:
    several = [Stage(tmp_path_factory.mktemp("stage")) for _ in range(2)]
    yield several
    for one in several:
        one.close()


@pytest.fixture
def stages(_stages: list[Stage]) -> list[Stage]:
    """Where scenes are played, two at a time."""
    return _stages


@pytest.fixture
def session(far: Controls, state: Path, tmp_path: Path) -> str:
    """A session string: a file could not be written by two at a time."""
    return str(login(far, tmp_path / "a.session").string())


def _shared(session: str, **options: object) -> object:
    from telethon.sessions import StringSession

    return quick(StringSession(session), exclusive=False, **options)


@pytest.mark.parametrize("form", FORMS)
def test_readers_in_several_processes_share_a_session(far: Controls, stages: list[Stage], session: str, form: str) -> None:
    pids = [stage.play("sharing", form, session, {}) for stage in stages]
    for stage in stages:
        stage.until("inside")

    assert run(form, lambda: _shared(session), lambda client: client.get_me()).username is None  # type: ignore[arg-type, return-value]
    assert far.totals()["live"] >= 2
    for pid, stage in zip(pids, stages, strict=True):
        os.kill(pid, signal.SIGTERM)
        assert stage.status() == -signal.SIGTERM


def test_sharing_and_having_alone_never_mix(stages: list[Stage], session: str) -> None:
    from telethon.sessions import StringSession

    stages[0].play("sharing", "with", session, {})
    stages[0].until("inside")
    with pytest.raises(SessionInUseError) as caught, quick(StringSession(session)):
        pass
    assert [one.shared for one in caught.value.holders] == [True]
    stages[0].stop()

    stages[0].play("sharing", "with", session, {"exclusive": True})
    stages[0].until("inside")
    with pytest.raises(SessionInUseError), _shared(session):  # type: ignore[attr-defined]
        pass
    stages[0].stop()


def test_one_process_does_not_mix_them_either(session: str) -> None:
    from telethon.sessions import StringSession

    with _shared(session), pytest.raises(SessionHeldHereError), quick(StringSession(session)):  # type: ignore[attr-defined]
        pass


@pytest.mark.parametrize("options", [{"local_addr": "127.0.0.2"}, {"use_ipv6": True}, {"proxy": ("socks5", "127.0.0.1", 9)}], ids=str)
def test_reader_that_would_go_out_by_another_address_is_refused(stages: list[Stage], session: str, options: dict[str, object]) -> None:
    stages[0].play("sharing", "with", session, {})
    stages[0].until("inside")

    with pytest.raises(EgressError), _shared(session, **options):  # type: ignore[attr-defined]
        pass
    with _shared(session):  # type: ignore[attr-defined]
        pass
    stages[0].stop()


def test_reader_is_refused_whatever_the_order_of_their_records(stages: list[Stage], session: str, state: Path) -> None:
    stages[0].play("sharing", "with", session, {})
    stages[0].until("inside")
    # All in one second: the token alone would decide who came first.
    for _ in range(8):
        with pytest.raises(EgressError), _shared(session, local_addr="127.0.0.2"):  # type: ignore[attr-defined]
            pass
    stages[0].stop()


def test_killed_reader_is_no_trap(far: Controls, stages: list[Stage], contender: Contender, session: str, state: Path, tmp_path: Path) -> None:
    pid = stages[0].play("sharing", "with", session, {"local_addr": "127.0.0.2"})
    stages[0].until("inside")
    os.kill(pid, signal.SIGKILL)
    stages[0].status()
    far.until(lambda ledger: ledger["totals"]["live"] == 0)
    _forget_where_they_ran(state)

    with _shared(session):  # type: ignore[attr-defined]
        pass
    assert contender(tmp_path / "a") == "free"
    assert not list(state.glob("sharing/*/*.lock"))


def test_killed_holder_is_no_trap_for_readers(far: Controls, stages: list[Stage], session: str, state: Path) -> None:
    from telethon.sessions import StringSession

    pid = stages[0].play("sharing", "with", session, {"exclusive": True})
    stages[0].until("inside")
    os.kill(pid, signal.SIGKILL)
    stages[0].status()
    far.until(lambda ledger: ledger["totals"]["live"] == 0)
    key_lock = State(state).key_lock(name_of(StringSession(session)).key_id_hex)
    _write(key_lock, boot_id="of the time before a restart")

    with _shared(session):  # type: ignore[attr-defined]
        pass


def _forget_where_they_ran(state: Path) -> None:
    for path in state.glob("sharing/*/*.lock"):
        _write(path, boot_id="of the time before a restart")


def _write(path: Path, **changes: str) -> None:
    (record,) = recorded(path)
    path.write_bytes(replace(record, **changes).encode())  # type: ignore[arg-type]
    assert json.loads(path.read_bytes())["boot_id"] == changes["boot_id"]


@pytest.mark.parametrize("proxy", [
    ("socks5", "host", 1080, True, "me", "hunter2"),
    {"proxy_type": "socks5", "addr": "host", "port": 1080, "username": "me", "password": "hunter2"},
    "socks5://me:hunter2@host:1080",
    ("host", 1080, "hunter2"),
])  # fmt: skip
def test_what_is_compared_holds_no_credentials(proxy: object, state: Path) -> None:
    egress = quick("a", exclusive=False, proxy=proxy).plan.egress

    assert ("host:1080" in egress, "hunter2" in egress) == (True, False)
