"""One login in several places is one session; whoever has to wait is told for whom, and lets its own loop run meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from telethon.sessions import MemorySession, SQLiteSession, StringSession

from tests.runtime.guarding import FORMS, Contender, login, quick, run
from tests.runtime.stage import Stage
from tests.telegram import Controls
from tgsession_runtime import ClaimLostError, SessionHeldHereError, SessionInUseError
from tgsession_runtime.state import State


@pytest.fixture
def key(far: Controls, state: Path, tmp_path: Path) -> Any:
    """A login, written to `a.session`."""
    return login(far, tmp_path / "a.session")


def places(key: Any, folder: Path) -> dict[str, Any]:
    """Other places that have the login of `a.session`."""
    shutil.copy(folder / "a.session", folder / "copy.session")
    (folder / "link.session").symlink_to(folder / "a.session")
    os.link(folder / "a.session", folder / "hard.session")
    return {
        "the same file": folder / "a",
        "a relative path": os.path.relpath(folder / "a.session"),
        "a copy": str(folder / "copy"),
        "a link": folder / "link.session",
        "a hard link": folder / "hard",
        "a string": StringSession(key.string()),
        "in memory": key.fill(MemorySession()),
        "an object": SQLiteSession(str(folder / "copy")),
    }


PLACES = ("the same file", "a relative path", "a copy", "a link", "a hard link", "a string", "in memory", "an object")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
def test_other_place_of_a_held_login_is_in_use(contender: Contender, tmp_path: Path, key: Any, place: str, form: str) -> None:
    other = places(key, tmp_path)[place]

    with contender.holding(tmp_path / "a") as pid, pytest.raises(SessionInUseError) as caught:
        run(form, lambda: quick(other, lock_timeout=0.0), lambda client: client.get_me())

    assert [one.pid for one in caught.value.holders] == [pid]
    assert f"pid {pid}" in str(caught.value)
    assert "python -c" in str(caught.value)
    assert caught.value.holders[0].since in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
def test_other_place_of_a_login_that_is_held_here_is_refused_at_once(tmp_path: Path, key: Any, place: str) -> None:
    other = places(key, tmp_path)[place]

    with quick(tmp_path / "a"), pytest.raises(SessionHeldHereError), quick(other, lock_timeout=60.0):
        pass


def test_waiting_lets_the_loop_run_and_says_for_whom(contender: Contender, tmp_path: Path, key: Any, caplog: Any) -> None:
    ticks: list[float] = []

    async def main() -> None:
        async def tick() -> None:
            while True:
                ticks.append(asyncio.get_running_loop().time())
                await asyncio.sleep(0.01)

        ticker = asyncio.ensure_future(tick())
        with pytest.raises(SessionInUseError):
            async with quick(tmp_path / "a", lock_timeout=1.3):
                pass
        ticker.cancel()

    with contender.holding(tmp_path / "a") as pid:
        asyncio.run(main())

    said = [record for record in caplog.records if getattr(record, "event", "") == "waiting"]
    assert len(ticks) > 20
    assert len(said) == 2
    assert all(record.holder_pids == [pid] and f"pid {pid}" in record.getMessage() for record in said)
    assert said[0].waited < said[1].waited


def test_third_process_is_told_of_the_holder_while_a_second_waits(
    far: Controls, contender: Contender, stage: Stage, tmp_path: Path, key: Any
) -> None:
    shutil.copy(tmp_path / "a.session", tmp_path / "copy.session")
    with contender.holding(tmp_path / "copy") as pid:
        waiter = stage.play("awaiting", "async with", tmp_path / "a")  # has the lock of its file, waits for the key's
        stage.until("waiting")

        with pytest.raises(SessionInUseError) as caught, quick(tmp_path / "a", lock_timeout=0.0):
            pass

        assert [one.pid for one in caught.value.holders] == [pid]
        os.kill(waiter, signal.SIGKILL)
        stage.status()


@pytest.mark.parametrize("form", FORMS)
def test_waiter_has_the_session_once_its_holder_ends(
    far: Controls, contender: Contender, stage: Stage, tmp_path: Path, key: Any, form: str
) -> None:
    far.set_policy("strict")
    stage.play("awaiting", form, tmp_path / "a")
    stage.until("inside")
    os.kill(stage.playing, signal.SIGTERM)

    assert run(form, lambda: quick(tmp_path / "a", lock_timeout=20.0), lambda client: client.get_me()) is not None
    assert far.totals()["invalidations"] == 0
    far.set_policy("ip")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", ["file", "key"])
def test_block_ends_when_its_lock_file_is_deleted(far: Controls, state: Path, tmp_path: Path, key: Any, form: str, which: str) -> None:
    async def body(client: Any) -> None:
        path = tmp_path / "a.session.lock" if which == "file" else State(state).key_lock(key.key_id)
        path.unlink()
        for _ in range(1000):
            await asyncio.sleep(0.01)
            await client.get_me()

    with pytest.raises(ClaimLostError):
        run(form, lambda: quick(tmp_path / "a"), body)

    assert far.totals()["live"] == 0


def test_lock_of_another_user_is_named(far: Controls, tmp_path: Path, key: Any, stage: Stage) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    lock = tmp_path / "a.session.lock"
    lock.touch(mode=0o600)
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):  # as deep as pytest-xdist puts them
        folder.chmod(0o777)
    login(far, tmp_path / "before.session", 2)
    stage.play("as_nobody", "with", tmp_path / "a", tmp_path / "before")

    said = stage.until("raised")
    assert said.startswith("raised LockError")
    assert str(lock) in said
    assert "Permission denied" in said
