"""Backups, restoring, session strings: nothing is lost, and nothing is written where others can read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.runtime.commands import HOLD, Started, guard, running, typed
from tgsession_runtime.session import read


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_backup_is_whole_while_the_session_is_in_use(alerts: Path) -> None:
    with running(alerts.parent, HOLD, "alerts"):
        done = guard(alerts.parent, "backup", "alerts", "--to", "kept")

    kept = alerts.parent / "kept"
    assert (done.status, done.out, mode(kept)) == (0, "kept\n", 0o600)
    assert read(kept).key_id == read(alerts).key_id


def test_a_backup_overwrites_nothing(alerts: Path) -> None:
    (alerts.parent / "kept").write_text("precious")

    done = guard(alerts.parent, "backup", "alerts", "--to", "kept")

    assert (done.status, (alerts.parent / "kept").read_text()) == (2, "precious")


def test_restoring_keeps_the_file_that_was_there(alerts: Path) -> None:
    guard(alerts.parent, "backup", "alerts", "--to", "kept")
    alerts.write_bytes(b"damaged")

    done = guard(alerts.parent, "restore", "kept", "alerts")

    [aside] = alerts.parent.glob("alerts.session.aside-*")
    assert (done.status, aside.read_bytes(), mode(alerts)) == (0, b"damaged", 0o600)
    assert read(alerts).key_id == read(alerts.parent / "kept").key_id


def test_a_backup_is_found_whatever_letters_the_name_has(alerts: Path) -> None:
    path = alerts.rename(alerts.with_name("alerts [1]*.session"))
    guard(path.parent, "backup", path.stem)
    path.unlink()

    steps = guard(path.parent, "recover", "--dry-run", path.stem)

    assert f"would restore `{path}.backup-" in steps.out


def test_restoring_waits_for_nobody_and_touches_nothing_in_use(alerts: Path) -> None:
    guard(alerts.parent, "backup", "alerts", "--to", "kept")
    before = alerts.stat().st_ino
    with running(alerts.parent, HOLD, "alerts"):
        done = guard(alerts.parent, "restore", "kept", "alerts")

    assert (done.status, alerts.stat().st_ino, list(alerts.parent.glob("*aside*"))) == (75, before, [])


def test_a_file_without_a_key_is_not_restored(alerts: Path) -> None:
    (alerts.parent / "empty").touch()

    assert guard(alerts.parent, "restore", "empty", "alerts").status == 1
    assert read(alerts).key_id is not None


def test_a_string_goes_to_a_file_and_back_to_the_same_session(alerts: Path) -> None:
    out = guard(alerts.parent, "export", "alerts", "--to", "string.txt")
    back = guard(alerts.parent, "import", "string.txt", "again")

    again = alerts.parent / "again.session"
    assert (out.status, back.status, mode(alerts.parent / "string.txt"), mode(again)) == (0, 0, 0o600, 0o600)
    assert read(again).key_id == read(alerts).key_id
    assert sorted(one.name for one in alerts.parent.glob(".*")) == []


def test_a_string_goes_into_no_pipe(alerts: Path) -> None:
    done = guard(alerts.parent, "export", "alerts", "--show")

    assert (done.status, done.out) == (2, "")


def test_importing_keeps_the_file_that_was_there(alerts: Path) -> None:
    guard(alerts.parent, "export", "alerts", "--to", "string.txt")

    done = guard(alerts.parent, "import", "-", "alerts", given=(alerts.parent / "string.txt").read_bytes())

    assert done.status == 0
    assert len(list(alerts.parent.glob("alerts.session.aside-*"))) == 1


@pytest.mark.parametrize("file", ["-", "/dev/tty"])
def test_no_string_is_typed_where_it_would_be_shown(file: str, alerts: Path) -> None:
    done = typed(alerts.parent, ["import", file, "again"])

    assert (done.status, "the session string would be shown as it is typed" in done.out) == (2, True), done.out


def test_what_is_no_string_is_not_quoted(alerts: Path) -> None:
    text = "1" + "A" * 400

    done = guard(alerts.parent, "import", "-", "alerts", given=text.encode())

    assert done.status == 2
    assert "AAAA" not in done.out + done.err


def test_a_string_of_a_key_in_use_is_not_imported(alerts: Path) -> None:
    guard(alerts.parent, "export", "alerts", "--to", "string.txt")
    with running(alerts.parent, HOLD, "alerts"):
        done = guard(alerts.parent, "import", "string.txt", "other")

    assert (done.status, (alerts.parent / "other.session").exists()) == (75, False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_said(alerts: Path) -> None:
    alerts.parent.chmod(0o500)
    try:
        with Started(alerts.parent, ["backup", "alerts"]) as refused:
            assert "cannot be written" in refused.errors()
    finally:
        alerts.parent.chmod(0o700)
