"""What `doctor` finds in environments that are fit and in those that are not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import guard
from tests.telegram import Controls


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


def test_where_each_setting_comes_from_is_told(tmp_path: Path) -> None:
    _, found = findings(tmp_path, TGSESSION_API_ID="12345", TGSESSION_LOCK_TIMEOUT="5")

    assert "api_id from TGSESSION_API_ID, lock_timeout from TGSESSION_LOCK_TIMEOUT" in found["configuration"][0]["message"]


def test_people_see_only_what_is_not_in_order(tmp_path: Path) -> None:
    done = guard(tmp_path, "doctor")

    assert "python:" not in done.out
    assert done.out.splitlines()[-1].endswith("to note")
