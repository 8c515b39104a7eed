"""What `check`, `status`, `who` and `watch` say of sessions in every state."""

from __future__ import annotations

import json
import shlex
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import HOLD, Started, guard, running
from tests.telegram import Controls
from tgsession_runtime import tombstones
from tgsession_runtime.session import name_of, with_key
from tgsession_runtime.state import State

OPEN = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1])
database.execute("select * from sessions").fetchall()
print("ready", flush=True)
time.sleep(60)
"""


def verdict(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], list[str]]:
    done = guard(folder, "check", "--json", *arguments)
    found = json.loads(done.out)
    return done.status, found, [reason["code"] for one in found["sessions"] for reason in one["reasons"]]


def test_a_session_that_nobody_uses_is_safe(alerts: Path) -> None:
    status, found, codes = verdict(alerts.parent, "alerts")

    assert (status, found["verdict"], codes) == (0, "safe", [])


def test_without_a_name_every_session_of_the_project_is_looked_at(alerts: Path) -> None:
    (alerts.parent / "no.session").touch(mode=0o600)

    status, found, codes = verdict(alerts.parent)

    assert (status, [one["session"] for one in found["sessions"]], codes) == (1, ["alerts", "no"], ["not-logged-in"])


def test_a_held_session_is_unsafe_and_its_holder_named(alerts: Path) -> None:
    with running(alerts.parent, HOLD, "alerts") as holder:
        status, found, codes = verdict(alerts.parent, "alerts")
        who = guard(alerts.parent, "who", "alerts")
        table = guard(alerts.parent, "status")

        assert (status, codes) == (1, ["held"])
        assert found["sessions"][0]["reasons"][0]["details"]["holders"][0]["pid"] == holder.process.pid
        assert (who.status, f"pid {holder.process.pid}" in who.out) == (0, True)
        assert f"pid {holder.process.pid} python -c" in table.out


def test_nobody_is_said_to_hold_a_free_session(alerts: Path) -> None:
    done = guard(alerts.parent, "who", "alerts")

    assert (done.status, done.out) == (1, "nobody holds `alerts`\n")


def test_check_waits_until_the_session_is_free(alerts: Path) -> None:
    with running(alerts.parent, HOLD, "alerts") as holder, Started(alerts.parent, ["check", "-q", "--wait", "30", "alerts"]) as waiting:
        holder.signal(signal.SIGTERM)

        assert (holder.status(), waiting.status()) == (-signal.SIGTERM, 0)


def test_a_killed_holder_is_a_warning(alerts: Path) -> None:
    with running(alerts.parent, HOLD, "alerts") as holder:
        holder.signal(signal.SIGKILL)
        holder.status()
        status, _, codes = verdict(alerts.parent, "alerts")

    assert (status, codes) == (0, ["unclean-end"])


def test_a_process_that_has_the_file_open_without_a_claim_is_named(alerts: Path) -> None:
    with running(alerts.parent, OPEN, str(alerts)) as other:
        status, found, codes = verdict(alerts.parent, "alerts")

        assert (status, codes) == (1, ["open-elsewhere"])
        assert found["sessions"][0]["reasons"][0]["details"] == {"pid": other.process.pid}


def test_a_dead_key_is_unsafe(alerts: Path, far: Controls) -> None:
    key_id = verdict(alerts.parent, "alerts")[1]["sessions"][0]["key_id"]
    far.revoke(key_id, "AUTH_KEY_DUPLICATED")
    with Started(alerts.parent, ["-c", HOLD, "alerts"], program=(sys.executable,)) as refused:
        assert "AUTH_KEY_DUPLICATED" in refused.errors()

    status, _, codes = verdict(alerts.parent, "alerts")

    assert (status, codes) == (1, ["revoked"])


def test_a_dead_session_string_is_replaced_by_a_new_one(alerts: Path) -> None:
    guard(alerts.parent, "export", "alerts", "--to", "string")
    tombstones.write(with_key(name_of(alerts)), State(alerts.parent / "state"), "SESSION_REVOKED")

    checked = guard(alerts.parent, "check", TGSESSION_SESSION_STRING_FILE="string")
    run = guard(alerts.parent, "run", "--", "true", TGSESSION_SESSION_STRING_FILE="string")

    for said in (checked.out, run.err):
        assert "log in again: `tgsession-guard auth NAME`, then `tgsession-guard export NAME --to FILE`" in said


def test_a_copy_of_the_login_is_a_warning(alerts: Path) -> None:
    guard(alerts.parent, "backup", "alerts", "--to", "copy.session")

    status, _, codes = verdict(alerts.parent, "alerts")

    assert (status, codes) == (0, ["key-copied"])


def test_a_file_that_others_may_read_is_a_warning(alerts: Path) -> None:
    alerts.chmod(0o644)

    assert verdict(alerts.parent, "alerts")[::2] == (0, ["too-open"])


def test_a_file_of_a_newer_telethon_is_unsafe(alerts: Path) -> None:
    with sqlite3.connect(alerts) as database:
        database.execute("update version set version = 99")
    database.close()

    assert verdict(alerts.parent, "alerts")[::2] == (1, ["schema-newer"])


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at", b"SQLite format 3\0" + b"\1" * 84])
def test_a_damaged_file_is_unsafe(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "alerts.session").write_bytes(content)
    (tmp_path / "alerts.session").chmod(0o600)

    assert verdict(tmp_path, "alerts")[::2] == (1, ["corrupt"])


def test_nothing_to_ask_about_is_wrong_use(tmp_path: Path) -> None:
    assert guard(tmp_path, "check").status == 2


@pytest.mark.parametrize("name", ["a" * 300, "loop"])
def test_a_name_that_leads_nowhere_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop.session").symlink_to("loop.session")

    status, _, codes = verdict(tmp_path, name)
    table = guard(tmp_path, "status")

    assert (status, set(codes)) == (3, {"no-permission"})
    assert (table.status, "loop" in table.out) == (0, True)


@pytest.mark.parametrize("words", ["who alerts", "who --json alerts", "watch --for 0", "status"])
def test_whoever_asks_about_a_damaged_file_is_told_the_rest(words: str, tmp_path: Path) -> None:
    (tmp_path / "alerts.session").write_bytes(b"no database at all, but long enough to be looked at")

    done = guard(tmp_path, *words.split())

    assert (done.status, done.err) == (1 if words.startswith("who") else 0, "")


def test_a_lock_that_cannot_be_looked_at_is_not_called_free(alerts: Path) -> None:
    lock = alerts.with_name("alerts.session.lock")
    lock.symlink_to(lock.name)

    status, _, codes = verdict(alerts.parent, "alerts")
    who = guard(alerts.parent, "who", "alerts")
    watch = guard(alerts.parent, "watch", "--for", "0")

    assert (status, codes) == (3, ["no-permission"])
    assert (who.status, who.out, who.err) == (3, "", f"whether somebody holds `{lock}` cannot be told: Too many levels of symbolic links\n")
    assert watch.status == 0


def test_a_holder_without_a_record_is_not_called_nobody(alerts: Path) -> None:
    import fcntl

    with open(alerts.with_name("alerts.session.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        who = guard(alerts.parent, "who", "alerts")

    assert (who.status, who.out) == (0, "holding: a process that left no record\n")


def test_quiet_says_it_by_the_status_alone(tmp_path: Path) -> None:
    done = guard(tmp_path, "check", "--quiet", "alerts")

    assert (done.status, done.out, done.err) == (1, "", "")


def test_people_are_told_what_to_do(tmp_path: Path) -> None:
    done = guard(tmp_path, "check", "alerts")

    assert done.out == (
        "alerts: unsafe\n"
        f"  unsafe [not-logged-in]: there is no file `{tmp_path.resolve()}/alerts.session`\n"
        "    hint: log in: `tgsession-guard auth alerts`; or is the name misspelt? `tgsession-guard status` shows those of the project\n"
    )


def test_commands_in_hints_work_as_they_stand(tmp_path: Path, far: Controls) -> None:
    path = tmp_path / "it's $two words.session"
    far.log_in(far.add_bot("9201:token")).write(path)
    path.chmod(0o644)

    hint = guard(tmp_path, "check", path.stem).out.partition("hint: `")[2].partition("`")[0]
    put_back = guard(tmp_path, "backup", path.stem).err.rpartition("with `tgsession-guard ")[2].partition("`")[0]
    subprocess.run(["sh", "-c", hint], check=True)

    assert guard(tmp_path, "check", path.stem).out == f"{path.stem}: safe\n"
    assert guard(tmp_path, *shlex.split(put_back)).status == 0


def test_a_name_without_a_file_is_not_called_free_without_a_word(tmp_path: Path) -> None:
    done = guard(tmp_path, "who", "alertz")

    assert (done.status, done.out) == (1, "nobody holds `alertz`\n")
    assert "is the name misspelt?" in done.err


def test_a_file_that_is_no_text_is_no_fault_of_ours(tmp_path: Path) -> None:
    (tmp_path / "string").write_bytes(b"\xff\xfe\x00secret")

    done = guard(tmp_path, "import", "string", "alerts")

    assert (done.status, done.err.splitlines()[0]) == (2, "error: `string` is no text, and so no session string")


def test_watch_tells_of_each_claim_in_a_line(alerts: Path) -> None:
    with Started(alerts.parent, ["watch", "--every", "0.05", "alerts"]) as watching:
        # It says nothing of how things were: so they have to change until it has begun to look.
        events = []
        for _ in range(20):
            with running(alerts.parent, HOLD, "alerts") as holder:
                holder.signal(signal.SIGTERM)
                holder.status()
            if events or watching.process.stdout.peek():  # type: ignore[union-attr]
                events.append(json.loads(watching.line()))
            if {one["event"] for one in events} & {"acquired", "waiting"}:
                break
        watching.signal(signal.SIGINT)

        assert watching.status() == 130
    assert {one["subject"] for one in events} == {"alerts"}
