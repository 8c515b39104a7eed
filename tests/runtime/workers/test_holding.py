"""Which processes have a session file open: exact, by device and inode."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.celery_support import until
from tgsession_runtime.workers import holding_open, running
from tgsession_runtime.workers.linux import Linux
from tgsession_runtime.workers.portable import Portable

if TYPE_CHECKING:
    from collections.abc import Iterator

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="as Linux shows it")
SYSTEMS = [pytest.param(Linux, marks=LINUX), Portable]
AS_ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can start processes of other users")

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def process(code: str, *words: str, **options: object) -> Iterator[int]:
    """A Python process that says when it has got there, and waits."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code, *words], stdin=pipe, stdout=pipe, **options) as one:
        try:
            assert one.stdout.readline().strip() == b"open"
            yield one.pid
        finally:
            one.kill()


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "alerts.session"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    return path


@pytest.mark.parametrize("system", SYSTEMS)
def test_file_that_nobody_has_open_has_no_holders(session: Path, system: type) -> None:
    assert holding_open(session, system=system()).processes == ()


@pytest.mark.parametrize("system", SYSTEMS)
def test_file_that_is_not_there_has_no_holders(tmp_path: Path, system: type) -> None:
    assert holding_open(tmp_path / "none.session", system=system()).processes == ()


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("statement", ["SELECT * FROM t", "BEGIN IMMEDIATE", "PRAGMA journal_mode=wal"])
def test_process_with_the_session_open_is_found(session: Path, system: type, statement: str) -> None:
    with process(_HOLD, str(session), statement) as pid:
        [holder] = holding_open(session, system=system()).processes

    assert (holder.pid, holder.program) == (pid, "python -c")


def test_other_names_of_the_file_do_not_hide_it(session: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.session").write_bytes(session.read_bytes())
    (tmp_path / "link.session").symlink_to(session)
    (tmp_path / "second.session").hardlink_to(session)
    with process(_HOLD, str(tmp_path / "second.session"), "SELECT * FROM t") as pid:
        found = {name: holding_open(tmp_path / name) for name in ("alerts.session", "link.session", "copy.session")}

    assert [[one.pid for one in holding.processes] for holding in found.values()] == [[pid], [pid], []]


@LINUX
def test_journal_that_is_still_open_counts(session: Path) -> None:
    journal = session.with_name(session.name + "-journal")
    journal.touch()
    with process("import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()", str(journal)) as pid:
        [holder] = holding_open(session).processes

    assert holder.pid == pid


def test_calling_process_counts_and_keeps_its_sqlite_lock(session: Path) -> None:
    connection = sqlite3.connect(session, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")

    [holder] = holding_open(session).processes

    assert holder.pid == os.getpid()
    # A plain open and close here would have dropped the lock.
    other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('SELECT * FROM t')"
    told = subprocess.run([sys.executable, "-c", other, str(session)], check=False, capture_output=True, timeout=60)
    connection.close()
    assert b"database is locked" in told.stderr


# What an ordinary user sees. Everything is loaded before root turns into one: Python may lie in root's own folder.
_ASK = """
import os, pwd, sys
from pathlib import Path
from tgsession_runtime.workers import holding_open, linux, running
os.setgroups([]); os.setgid(12345); os.setuid(12345)
found = (holding_open if sys.argv[1] == "holding" else running)(Path(sys.argv[2]))
print(*(one.process.pid if one.process else 0 for one in found.uninspectable))
"""


def ask_as_user(what: str, path: Path) -> set[int]:
    """The pids that a user without rights is told it may not look into; 0 where no process is named."""
    done = subprocess.run([sys.executable, "-c", _ASK, what, str(path)], check=True, capture_output=True, text=True, timeout=60)
    return {int(pid) for pid in done.stdout.split()}


@pytest.fixture
def shared() -> Iterator[Path]:
    """A session file that everybody can reach and read: not in pytest's folder, which every run closes to others."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        path = Path(name) / "shared.session"
        path.touch()
        path.chmod(0o644)
        yield path


@LINUX
@AS_ROOT
def test_file_that_cannot_be_reached_is_said(shared: Path) -> None:
    shared.parent.chmod(0o700)

    assert ask_as_user("holding", shared) == {0}


@contextmanager
def program(*words: str, **options: object) -> Iterator[int]:
    """A program that runs until the block ends."""
    with subprocess.Popen(words, stdin=subprocess.PIPE, **options) as one:
        try:
            yield one.pid
        finally:
            one.kill()


@LINUX
@AS_ROOT
def test_python_of_root_that_may_hold_it_is_said_and_its_other_programs_are_not(shared: Path) -> None:
    with program("sleep", "60") as sleep, process("print('open', flush=True); input()") as python:
        told = ask_as_user("holding", shared)

    assert python in told
    assert sleep not in told


_AS_ANOTHER = """
import os, shutil, sys
path = shutil.which("sleep")
os.setgroups([]); os.setgid(23456); os.setuid(23456)
os.execv(path, ["sleep", "60"])
"""


@LINUX
@AS_ROOT
def test_any_program_of_another_person_counts_if_the_mode_lets_it_read(shared: Path) -> None:
    with program(sys.executable, "-c", _AS_ANOTHER) as sleep:
        until(lambda: Linux().words(sleep) == ("sleep", "60"), "it sleeps", 10)
        open_to_all = ask_as_user("holding", shared)
        shared.chmod(0o600)
        private = ask_as_user("holding", shared)

    assert sleep in open_to_all
    assert sleep not in private


@LINUX
@AS_ROOT
def test_worker_of_root_whose_project_cannot_be_told_is_said(tmp_path: Path) -> None:
    # It has the words of a worker for as long as its standard input is open: a module that waits.
    (tmp_path / "celery.py").write_text("input()")
    with program(sys.executable, "-m", "celery", "-A", "nothing_of_that_name", "worker", cwd=tmp_path) as worker:
        until(lambda: "celery" in Linux().words(worker), "it runs", 10)
        mine = running(tmp_path)
        told = ask_as_user("workers", tmp_path)

    assert [one.process.pid for one in mine.workers] == [worker]
    assert worker in told


# The whole command, as an ordinary user: everything is loaded before root turns into one.
_CHECK = """
import os, sys, tempfile
from tgsession_runtime.cli import run
os.chdir(os.path.dirname(sys.argv[1]))
os.environ["TGSESSION_STATE_DIR"] = tempfile.mkdtemp()
run(["check", "--quiet", os.path.basename(sys.argv[1])])
os.setgroups([]); os.setgid(12345); os.setuid(12345)
os.environ["TGSESSION_STATE_DIR"] = tempfile.mkdtemp()
sys.exit(run(["check", os.path.basename(sys.argv[1])]))
"""


@LINUX
@AS_ROOT
def test_check_that_was_not_allowed_to_look_says_3_and_not_0(shared: Path) -> None:
    shared.unlink()
    login = sqlite3.connect(shared)
    login.executescript(
        "create table version (version integer); insert into version values (7);"
        "create table sessions (dc_id integer, server_address text, port integer, auth_key blob, takeout_id integer);"
        "create table entities (id integer); create table update_state (id integer);"
    )
    login.execute("insert into sessions values (2, '127.0.0.1', 443, ?, null)", (os.urandom(256),))
    login.commit()
    login.close()
    shared.chmod(0o644)

    with process("print('open', flush=True); input()"):
        done = subprocess.run([sys.executable, "-c", _CHECK, str(shared)], check=False, capture_output=True, text=True, timeout=60)

    assert (done.returncode, "shared: cannot tell" in done.stdout) == (3, True), done.stdout + done.stderr
    assert "cannot tell [no-permission]: pid" in done.stdout
