"""Commands that are killed, interrupted or refused by the disk at every step: no login is lost, no claim stays behind.

The first steps are tried in every run. `TGSESSION_TEST_ALL_STEPS=1` tries all of them, some 20 minutes' worth on one core;
`TGSESSION_TEST_ALL_STEPS=2/6` the second of six parts, which together are all of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.runtime.commands import DEADLINE, GUARD, Done, environment, guard
from tests.telegram import Controls
from tgsession_runtime.errors import SessionUnreadableError
from tgsession_runtime.session import read

# Python tells of every file that is opened, renamed, removed or made. Those in the project are counted, and at one of them
# it happens: a signal; or the disk is full from then on, or mounted read-only.
_HOOK = """
import errno, os, sys
AT, HOW, HERE = int(os.environ["TGSESSION_TEST_AT"]), os.environ["TGSESSION_TEST_HOW"], os.environ["TGSESSION_TEST_HERE"]
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "sqlite3.connect", "os.link"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
seen = 0
def refuses(event, arguments):
    if event == "open":
        return bool(arguments[2] & WRITING)
    return event in {"os.mkdir", "os.link"} or (HOW == "read-only" and event in {"os.rename", "os.remove", "os.chmod"})
def is_here(event, arguments):
    names = arguments[:2] if event in {"os.rename", "os.link"} else arguments[:1]
    return any(HERE in os.path.abspath(os.fsdecode(one)) for one in names if not isinstance(one, int))
def hook(event, arguments):
    global seen
    if event == "socket.connect" and isinstance(arguments[1], tuple) and not arguments[1][0].startswith("127."):
        raise PermissionError("only this machine")
    if event in WATCHED and is_here(event, arguments) and "/trust" not in str(arguments[0]):
        seen += 1
        if seen == AT:
            with open("/proc/self/fd/2", "w") as said:
                said.write(f"AT {event}\\n")
            if HOW.isdecimal():
                os.kill(os.getpid(), int(HOW))
        if seen >= AT > 0 and not HOW.isdecimal() and refuses(event, arguments):
            number = errno.ENOSPC if HOW == "full" else errno.EROFS
            raise OSError(number, os.strerror(number), arguments[0])
sys.addaudithook(hook)
import tests.telegram
tests.telegram.trust()
"""
WAYS = {
    "killed": str(int(signal.SIGKILL)), "terminated": str(int(signal.SIGTERM)), "interrupted": str(int(signal.SIGINT)),
    "full": "full", "read-only": "read-only",
}  # fmt: skip
COMMANDS: dict[str, tuple[str, ...]] = {
    "backup": ("backup", "alerts", "--to", "new-copy"),
    "export": ("export", "alerts", "--to", "new-copy"),
    "run": ("run", "--session", "alerts", "--", "true"),
    "doctor": ("doctor",),
    "restore": ("restore", "kept", "alerts"),
    "import": ("import", "string.txt", "alerts"),
    "recover": ("recover", "--yes", "--backup", "kept", "alerts"),
    "auth": ("auth", "alerts", "--bot-token-file", "token"),
}


@pytest.fixture
def home(far: Controls, tmp_path: Path) -> Path:
    account = far.add_bot("9200:token")
    far.log_in(account).write(tmp_path / "alerts.session")
    (tmp_path / "token").write_text("9200:token")
    guard(tmp_path, "backup", "alerts", "--to", "kept")
    guard(tmp_path, "export", "alerts", "--to", "string.txt")
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "sitecustomize.py").write_text(_HOOK)
    return tmp_path


def attempt(home: Path, arguments: tuple[str, ...], at: int, how: str) -> tuple[Done, str]:
    """How it ended, and what was being done when it happened; nothing if it did not come to that."""
    variables = {
        "TGSESSION_TEST_AT": str(at), "TGSESSION_TEST_HOW": how, "TGSESSION_TEST_HERE": str(home), "TGSESSION_API_ID": "1",
        "TGSESSION_API_HASH": "0" * 32, "PYTHONPATH": f"{home / 'trust'}:{environment(home)['PYTHONPATH']}",
    }  # fmt: skip
    done = subprocess.run(
        [*GUARD, *arguments], cwd=home, env=environment(home, **variables), stdin=subprocess.DEVNULL, capture_output=True,
        timeout=DEADLINE, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.decode().splitlines() if line.startswith("AT ")]
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode()), said[0] if said else ""


def keys(home: Path) -> Iterator[int]:
    """The auth keys that are still in the folder, wherever."""
    for path in home.iterdir():
        if path.is_file() and path.name not in {"kept", "string.txt"}:
            try:
                key_id = read(path).key_id
            except SessionUnreadableError:
                continue
            if key_id is not None:
                yield key_id


def asked_for() -> Iterator[int]:
    """The steps to try: all, a part of them, or the first few, which hold the lock, the record and the first writes."""
    given = os.environ.get("TGSESSION_TEST_ALL_STEPS", "")
    part, _, parts = given.partition("/")
    return count(int(part), int(parts)) if parts else count(1) if given else iter((1, 2))


def every_step(home: Path, arguments: tuple[str, ...], how: str, after: Callable[[int, str], None]) -> int:
    """Let it happen at each step in turn until the command gets through; how often it happened."""
    happened = 0
    for at in asked_for():
        (home / "new-copy").unlink(missing_ok=True)
        done, said = attempt(home, arguments, at, how)
        after(at, done.err)
        if not said:
            break
        happened += 1
    return happened


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_login_is_lost_at_any_step(home: Path, command: str, how: str) -> None:
    before = set(keys(home))

    def nothing_lost(at: int, said: str) -> None:
        assert before <= set(keys(home)), at
        assert (home / "alerts.session").exists(), at
        assert guard(home, "who", "alerts").status == 1, at
        assert "Traceback" not in said, said
        if how not in {"killed", "read-only"}:
            assert [*home.glob(".*.new*")] == [], at

    happened = every_step(home, COMMANDS[command], WAYS[how], nothing_lost)

    assert happened >= 1
    # And what was begun can be ended.
    (home / "new-copy").unlink(missing_ok=True)
    assert attempt(home, COMMANDS[command], 0, "full")[0].status == 0
