"""What `doctor` finds in environments that are fit and in those that are not."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import guard
from tests.telegram import Controls
from tgsession_runtime import tombstones
from tgsession_runtime.server_time import clock_offset
from tgsession_runtime.session import name_of, with_key
from tgsession_runtime.session_files import data_centre
from tgsession_runtime.state import State


def findings(folder: Path, **variables: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    done = guard(folder, "doctor", "--json", **variables)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(done.out):
        found.setdefault(one["subject"], []).append(one)
    return done.status, found


def test_every_thing_that_is_not_in_order_says_what_to_do(tmp_path: Path, far: Controls) -> None:
    path = tmp_path / "alerts.session"
    far.log_in(far.add_bot("9100:token")).write(path)
    path.chmod(0o644)

    _, found = findings(tmp_path)

    assert all(one["hint"] for each in found.values() for one in each if one["state"] != "ok")
    assert [one["message"] for one in found["session `alerts`"]] == ["others may read it (mode …044)", "layout 8"]
    assert found["api_id"][0]["state"] == "note"


def test_a_login_that_has_ended_is_noted(alerts: Path) -> None:
    tombstones.write(with_key(name_of(alerts)), State(alerts.parent / "state"), "AUTH_KEY_DUPLICATED")

    _, found = findings(alerts.parent)

    assert [one["message"] for one in found["session `alerts`"]] == ["Telegram has ended its login", "layout 8"]


def test_a_session_string_needs_no_file(alerts: Path) -> None:
    guard(alerts.parent, "export", "alerts", "--to", "string")

    _, found = findings(alerts.parent, TGSESSION_SESSION_STRING_FILE="string")

    [one] = [each for subject, [each] in found.items() if subject.startswith("session `StringSession ")]
    assert (one["state"], one["message"]) == ("ok", "a session string, kept in no file")


def test_a_damaged_session_is_bad(tmp_path: Path) -> None:
    (tmp_path / "alerts.session").write_bytes(b"no database at all")

    status, found = findings(tmp_path)

    assert (status, found["session `alerts`"][0]["state"]) == (1, "bad")


def test_copies_and_what_a_kill_left_are_named_and_left_alone(tmp_path: Path, far: Controls) -> None:
    path = tmp_path / "alerts.session"
    far.log_in(far.add_bot("9101:token")).write(path)
    guard(tmp_path, "backup", "alerts")
    (tmp_path / "alerts.session-journal").write_bytes(b"")

    _, found = findings(tmp_path)

    assert sorted(one["message"].partition(":")[0] for one in found["leftover"]) == [f"`{path.resolve()}-journal`", "copies of logins"]
    assert (tmp_path / "alerts.session-journal").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_state_folder_that_cannot_be_written_is_bad(tmp_path: Path) -> None:
    (tmp_path / "sealed").mkdir(mode=0o500)

    status, found = findings(tmp_path, TGSESSION_STATE_DIR=str(tmp_path / "sealed" / "state"))

    assert (status, found["state folder"][0]["state"]) == (1, "bad")


def test_a_state_folder_that_cannot_be_made_keeps_nothing_else_from_being_told(alerts: Path) -> None:
    (alerts.parent / "file").touch()

    status, found = findings(alerts.parent, TGSESSION_STATE_DIR=str(alerts.parent / "file" / "state"))

    assert (status, found["state folder"][0]["state"], found["session `alerts`"][0]["state"]) == (1, "bad", "ok")


def test_where_each_setting_comes_from_is_told(tmp_path: Path) -> None:
    _, found = findings(tmp_path, TGSESSION_API_ID="12345", TGSESSION_LOCK_TIMEOUT="5")

    assert "api_id from TGSESSION_API_ID, lock_timeout from TGSESSION_LOCK_TIMEOUT" in found["configuration"][0]["message"]


def test_people_see_only_what_is_not_in_order(tmp_path: Path) -> None:
    done = guard(tmp_path, "doctor")

    assert "python:" not in done.out
    assert done.out.splitlines()[-1].endswith("to note")


def test_telegrams_time_is_asked_for_without_a_session(tmp_path: Path, far: Controls) -> None:
    far.log_in(far.add_bot("9102:token")).write(tmp_path / "alerts.session")
    before = far.ledger()["requests"]

    _, unasked = findings(tmp_path)
    done = guard(tmp_path, "doctor", "--online", "--verbose")

    assert [one["message"].partition(" s ")[0] for one in unasked["clock"] if "Telegram" in one["message"]] == []
    assert "Telegram's at `127.0.0." in done.out
    assert "0.0 s ahead of" in done.out or "0.0 s behind" in done.out, done.out
    assert far.ledger()["requests"] == before  # nothing was asked in anybody's name


@pytest.mark.parametrize(("wrong", "said"), [(120.0, 120), (-3600.0, -3600)])
def test_clock_that_is_off_is_measured(tmp_path: Path, far: Controls, wrong: float, said: int) -> None:
    path = tmp_path / "alerts.session"
    far.log_in(far.add_bot(f"91{abs(said)}:token")).write(path)
    home = data_centre(path)
    assert home is not None

    ahead, error = clock_offset(home[1:], 30.0, lambda: time.time() + wrong)

    assert abs(ahead - said) <= error + 1.0


def test_telegram_that_is_silent_or_not_there_is_said_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = silent.getsockname()
        with pytest.raises(OSError, match=r"time"):
            clock_offset(address, 0.2)
    with pytest.raises(ConnectionRefusedError):
        clock_offset(address, 5.0)


def test_what_a_killed_command_left_is_named_and_taken_for_no_session(tmp_path: Path, far: Controls) -> None:
    half = tmp_path / ".alerts.0123abcd.new.session"
    far.log_in(far.add_bot("9103:token")).write(half)

    _, found = findings(tmp_path)

    assert f"rm {half}" in found["leftover"][0]["hint"]
    assert guard(tmp_path, "check").status == 2  # there is no session
