"""Signals in plain scripts: the client is disconnected first, then the process ends as the signal would have ended it."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.guarding import FORMS, OPENED, Contender, login, quick
from tests.runtime.stage import Stage
from tests.telegram import Controls
from tgsession_runtime.records import recorded
from tgsession_runtime.shutdown import Interrupts

pytestmark = pytest.mark.usefixtures("state")

TERM, INT, HUP = signal.SIGTERM, signal.SIGINT, signal.SIGHUP
# More of them: `TGSESSION_TEST_MOMENTS=300 python -m pytest tests/runtime/test_signals.py -k random`.
MOMENTS = int(os.environ.get("TGSESSION_TEST_MOMENTS", "24"))


@pytest.fixture
def session(far: Controls, tmp_path: Path) -> Iterator[Path]:
    """A session whose key would die if two of its connections met."""
    login(far, tmp_path / "a.session")
    far.set_policy("strict")
    yield tmp_path / "a"
    far.set_policy("ip")


def released(session: Path) -> bool:
    """Whether the last holder gave the session up in order."""
    return all(one.state == "released" for one in recorded(session.with_name(f"{session.name}.session.lock")))


def follows_in_order(far: Controls, session: Path) -> bool:
    """Whether a next holder can connect at once, with the key alive."""
    with quick(session, lock_timeout=10.0) as client:
        alive = client.loop.run_until_complete(client.get_me()) is not None
    return alive and far.totals()["invalidations"] == 0


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize("number", [TERM, INT, HUP], ids=lambda one: one.name)
@pytest.mark.parametrize("where", ["awaiting", "blocking", "swallowing"])
def test_signal_in_the_body_disconnects_and_ends_the_process(
    far: Controls, stage: Stage, session: Path, where: str, number: int, form: str
) -> None:
    if number == INT and form in {"async with", "aopen"} and where != "awaiting" and sys.version_info >= (3, 11):
        pytest.skip("the first SIGINT is asyncio's own from 3.11 on")
    pid = stage.play(where, form, session)
    stage.until("inside")
    time.sleep(0.02)
    os.kill(pid, number)
    follows = follows_in_order(far, session)

    assert stage.status() == -number
    assert follows
    assert released(session)


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize("number", [TERM, INT], ids=lambda one: one.name)
def test_signal_while_waiting_for_the_claim_ends_the_process(
    stage: Stage, contender: Contender, session: Path, number: int, form: str
) -> None:
    with contender.holding(session):
        pid = stage.play("awaiting", form, session)
        stage.until("waiting")
        os.kill(pid, number)

        assert stage.status() == -number


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize("number", [TERM, INT], ids=lambda one: one.name)
def test_signal_while_connecting_cuts_the_connection_and_ends_the_process(
    far: Controls, stage: Stage, session: Path, number: int, form: str
) -> None:
    far.fault("never", on="help.getConfig", times=1)
    pid = stage.play("awaiting", form, session)
    far.until(lambda ledger: ledger["totals"]["live"] == 1)
    os.kill(pid, number)
    follows = follows_in_order(far, session)

    assert stage.status() == -number
    assert follows
    assert released(session)


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("number", [TERM, INT], ids=lambda one: one.name)
def test_signal_on_the_way_out_waits_for_the_disconnect(
    far: Controls, stage: Stage, session: Path, number: int, times: int, form: str
) -> None:
    far.fault("stop_reading", on="account.getPassword", times=1)
    pid = stage.play("leaving", form, session)
    stage.until("leaving")
    for _ in range(times):
        time.sleep(0.03)
        with suppress(ProcessLookupError):  # the first ones sufficed; none of them, and its status would say so
            os.kill(pid, number)
    far.clear_faults()
    follows = follows_in_order(far, session)

    assert stage.status() == -number
    assert follows
    assert released(session)


@pytest.mark.parametrize("form", FORMS)
def test_two_signals_end_the_process_once(far: Controls, stage: Stage, session: Path, form: str) -> None:
    for pause in (0.0, 0.0, 0.0, 0.001, 0.01):
        pid = stage.play("awaiting", form, session)
        stage.until("inside")
        os.kill(pid, TERM)
        time.sleep(pause)
        with suppress(ProcessLookupError):  # it was quick, and has ended already
            os.kill(pid, INT)

        assert stage.status() in {-TERM, -INT}
        assert follows_in_order(far, session)


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
def test_signal_at_random_moments_never_leaves_a_claim(far: Controls, stage: Stage, session: Path, form: str) -> None:
    chance, before = random.Random(form), far.totals()["overlaps"]  # other tests share sessions on purpose
    for _ in range(MOMENTS):
        number = chance.choice([TERM, INT, HUP])
        stage.play("sending_itself", form, session, number, chance.uniform(0.0, 0.08))

        assert stage.status() == -number
        assert released(session)
    assert follows_in_order(far, session)
    assert far.totals()["overlaps"] == before


@pytest.mark.parametrize(("form", "how"), [("async with", "signal"), ("with", "signal"), ("async with", "loop")])
def test_own_handler_is_called_and_kept(stage: Stage, session: Path, form: str, how: str) -> None:
    pid = stage.play("own_handler", form, session, how)
    stage.until("ready")
    os.kill(pid, TERM)

    assert stage.until("told") == f"told 1, restored {'loop' if how == 'loop' else 'True'}"
    assert stage.status() == 0


@pytest.mark.parametrize("form", FORMS)
def test_ignored_signal_stays_ignored(stage: Stage, session: Path, form: str) -> None:
    pid = stage.play("own_handler", form, session, "ignore")
    stage.until("ready")
    os.kill(pid, TERM)

    assert stage.until("told") == "told 0, restored True"
    assert stage.status() == 0


@pytest.mark.parametrize(("form", "how"), [("async with", "signal"), ("with", "signal"), ("async with", "loop")])
def test_own_handler_is_called_once_for_a_signal_on_the_way_out(stage: Stage, session: Path, form: str, how: str) -> None:
    stage.play("handler_on_the_way_out", form, session, how)

    assert stage.until("told") == "told 1"
    assert stage.status() == 0


@pytest.mark.parametrize(
    ("scene", "form"), [("nested", "with"), ("nested", "async with"), ("side_by_side", "asyncio.run"), ("side_by_side", "a loop")]
)
@pytest.mark.parametrize("number", [TERM, INT], ids=lambda one: one.name)
def test_signal_disconnects_both_of_two_guards(
    far: Controls, stage: Stage, session: Path, tmp_path: Path, scene: str, form: str, number: int
) -> None:
    login(far, tmp_path / "b.session", 2)
    pid = stage.play(scene, form, session, tmp_path / "b")
    far.until(lambda ledger: ledger["totals"]["live"] == 2)
    stage.until("inside")
    time.sleep(0.1)
    os.kill(pid, number)

    assert stage.status() == -number
    assert released(session)
    assert released(tmp_path / "b")


@pytest.mark.parametrize("number", [TERM, INT], ids=lambda one: one.name)
def test_block_that_takes_longer_than_the_one_beside_it_is_left_in_order_too(
    far: Controls, stage: Stage, session: Path, tmp_path: Path, number: int
) -> None:
    login(far, tmp_path / "b.session", 2)
    pid = stage.play("side_by_side", "a loop", session, tmp_path / "b", True)
    for _ in range(2):
        stage.until("inside")
    os.kill(pid, number)

    assert stage.status() == -number
    assert released(session)
    assert released(tmp_path / "b")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("what", "status"), [("SystemExit", 5), ("KeyboardInterrupt", -INT), ("ValueError", 1)])
def test_error_of_the_body_ends_the_process_as_ever(
    far: Controls, stage: Stage, session: Path, what: str, status: int, form: str
) -> None:
    stage.play("raising", form, session, what)

    assert stage.status() == status
    assert released(session)
    assert follows_in_order(far, session)


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
def test_end_of_the_process_ends_the_block_of_a_daemon_thread(
    far: Controls, stage: Stage, session: Path, form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stage.play("in_a_daemon", form, session)

    assert stage.status() == 0
    assert released(session)
    assert follows_in_order(far, session)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("form", FORMS)
def test_process_that_just_stops_frees_the_session(far: Controls, stage: Stage, session: Path, form: str, caplog: Any) -> None:
    stage.play("raising", form, session, "os._exit")

    assert stage.status() == 7
    assert follows_in_order(far, session)
    assert [record.event for record in caplog.records if record.name == "tgsession"].count("unclean-end") == 1


@pytest.mark.parametrize("system", ["POSIX", "Windows"])
def test_block_that_did_not_hear_of_a_signal_is_told_again(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf:
        deaf = True

    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    if system == "Windows":  # which has no such call
        monkeypatch.delattr(signal, "pthread_kill")
    interrupts = Interrupts()
    interrupts._blocks.append(Deaf())  # type: ignore[arg-type]
    try:
        reminder = threading.Thread(target=interrupts._remind, args=(signal.SIGTERM,))
        reminder.start()
        reminder.join()
    finally:
        signal.signal(signal.SIGTERM, before)

    assert heard == [signal.SIGTERM]
