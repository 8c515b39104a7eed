"""Forks while a guard is held: the child is refused, the parent keeps its session, and its end is the session's end."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.runtime.guarding import FORMS, OPENED, Contender, login, quick
from tests.runtime.stage import Stage
from tests.telegram import Controls

pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def session(far: Controls, tmp_path: Path) -> Iterator[Path]:
    """A session whose key would die if two of its connections met."""
    login(far, tmp_path / "a.session")
    far.set_policy("strict")
    yield tmp_path / "a"
    assert far.totals()["invalidations"] == 0
    far.set_policy("ip")


def unharmed(session: Path) -> bool:
    """Whether the file is whole and nothing waits to be rolled back."""
    with closing(sqlite3.connect(session.with_name("a.session"))) as database:
        whole = database.execute("pragma integrity_check").fetchone() == ("ok",)
    return whole and not session.with_name("a.session-journal").exists()


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("request", "InheritedGuardError"),
        ("connect", "InheritedGuardError"),
        ("disconnect", "InheritedGuardError"),
        ("own guard", "SessionHeldHereError"),
    ],
)
def test_child_is_refused_what_it_inherited(stage: Stage, session: Path, form: str, what: str, error: str) -> None:
    stage.play("fork_and_use", form, session, what)

    assert stage.until("child") == f"child {error}"
    assert stage.until("parent") == "parent works"
    assert stage.status() == 0
    assert unharmed(session)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("how", "said"), [("exit", "child SystemExit"), ("return", "child InheritedGuardError")])
def test_child_that_leaves_the_block_does_not_touch_the_parents(stage: Stage, session: Path, form: str, how: str, said: str) -> None:
    stage.play("fork_and_leave", form, session, how)

    assert stage.until("child") == said
    assert stage.until("child") == ("child 3" if how == "exit" else "child 4")
    assert stage.until("parent") == "parent works"
    assert stage.status() == 0
    assert unharmed(session)


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize(("how", "status"), [("clean", 0), ("SIGTERM", -15), ("SIGKILL", -9)])
def test_parents_end_frees_the_session_while_its_child_lives(
    far: Controls, stage: Stage, contender: Contender, session: Path, form: str, how: str, status: int
) -> None:
    pid = stage.play("fork_and_live", form, session, how)
    child = int(stage.until("child").rpartition(" ")[2])
    if how != "clean":
        os.kill(pid, getattr(signal, how))

    assert stage.status() == status
    far.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert contender(session) == "free"
    os.kill(child, 0)  # it lives
    with quick(session) as client:
        client.loop.run_until_complete(client.get_me())
    os.kill(child, signal.SIGKILL)
    assert unharmed(session)


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_child_of_multiprocessing_is_refused_while_its_parent_holds_the_session(stage: Stage, session: Path, how: str) -> None:
    stage.play("multiprocess", "with", session, how)

    assert stage.until("child") == "child SessionHeldHereError"
    assert stage.until("child") == "child nothing"
    assert stage.status() == 0
