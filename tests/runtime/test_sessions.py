"""Everything that Telethon takes for a session, and files that it should not be given."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from telethon import TelegramClient
from telethon.sessions import MemorySession, SQLiteSession, StringSession
from telethon.sessions.sqlite import CURRENT_VERSION

from tests.runtime.guarding import API, FORMS, Contender, login, nothing_left, quick, run
from tests.runtime.stage import Stage
from tests.telegram import Controls
from tgsession_runtime import (
    ConfigurationError,
    NotLoggedInError,
    SessionHeldHereError,
    SessionUnreadableError,
    guarded_client,
)


class AsyncSession(MemorySession):
    """A session whose own work takes awaiting, as Telethon 1.45 allows."""

    saved = 0

    async def save(self) -> None:
        """Count."""
        type(self).saved += 1

    async def close(self) -> None:
        """Nothing to close."""


class ForeignClient(TelegramClient):  # type: ignore[misc] # Telethon has no types
    """As a fork of Telethon has it: a class of its own, with a disconnect of its own."""

    left = 0

    async def disconnect(self) -> None:
        """Count, then as ever."""
        await super().disconnect()
        type(self).left += 1


@pytest.fixture
def key(far: Controls, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A login, written to `a.session` in the working folder."""
    monkeypatch.chdir(tmp_path)
    return login(far, tmp_path / "a.session")


def given(key: Any, folder: Path, kind: str) -> Any:
    """One login, in all the ways in which it can be handed over."""
    (folder / "link.session").symlink_to(folder / "a.session")
    return {
        "name": "a",
        "name with suffix": "a.session",
        "path": Path("a"),
        "whole path": folder / "a.session",
        "link": "link",
        "string": StringSession(key.string()),
        "memory": key.fill(MemorySession()),
        "async": key.fill(AsyncSession()),
        "object": SQLiteSession("a"),
    }[kind]


KINDS = ("name", "name with suffix", "path", "whole path", "link", "string", "memory", "async", "object")


@pytest.mark.filterwarnings("ignore:Using async sessions support:UserWarning")  # Telethon's
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_session_is_held_by_its_key(far: Controls, tmp_path: Path, key: Any, kind: str, form: str) -> None:
    async def body(client: Any) -> tuple[int, bool]:
        with pytest.raises(SessionHeldHereError):
            async with quick(StringSession(key.string())):
                pass
        return (await client.get_me()).id, client.is_connected()

    session = given(key, tmp_path, kind)
    with nothing_left():
        assert run(form, lambda: quick(session), body) == (key.account_id, True)
    assert sorted(path.name for path in tmp_path.glob("*.session")) == ["a.session", "link.session"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["string", "memory", "object"])
def test_session_object_can_be_used_again(far: Controls, tmp_path: Path, key: Any, kind: str, form: str) -> None:
    session = given(key, tmp_path, kind)

    for _ in range(2):
        assert run(form, lambda: quick(session), lambda client: client.get_me()).id == key.account_id


@pytest.mark.parametrize("form", FORMS)
def test_class_of_ones_own_is_built_and_left_in_its_own_way(key: Any, form: str) -> None:
    before = ForeignClient.left
    with nothing_left():
        run(form, lambda: quick("a", client_class=ForeignClient), lambda client: client.get_me())

    assert ForeignClient.left == before + 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", ["file", "memory", "string"])
def test_bot_logs_in_under_the_guard_and_its_new_key_is_held(far: Controls, state: Path, tmp_path: Path, form: str, where: str) -> None:
    token = f"{os.getpid()}{FORMS.index(form)}{ord(where[0])}:secret"
    bot = far.add_bot(token)
    blank = far.blank_session(tmp_path / "bot.session")
    session = {"file": blank, "memory": far.point(MemorySession()), "string": far.point(StringSession())}[where]

    async def body(client: Any) -> int:
        with pytest.raises(SessionHeldHereError):
            async with quick(StringSession(StringSession.save(client.session))):
                pass
        return int((await client.get_me()).id)

    with nothing_left():
        assert run(form, lambda: quick(session, bot_token=token), body) == bot.id
    if where == "file":
        assert run(form, lambda: quick(session), lambda client: client.get_me()).id == bot.id


def test_stale_session_object_does_not_overwrite_a_newer_login(far: Controls, key: Any, tmp_path: Path) -> None:
    stale = SQLiteSession("a")
    newer = far.log_in(key.account_id)
    newer.write(tmp_path / "a.session")

    with pytest.raises(SessionUnreadableError, match="before somebody else logged in"), quick(stale):
        pass
    stale.close()

    with quick("a"):
        pass


def _damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    match how:
        case "garbage":
            path.write_bytes(b"no database at all" * 100)
        case "truncated":
            path.write_bytes(whole[: len(whole) // 2])
        case "directory":
            path.unlink()
            path.mkdir()
        case "newer" | "newer with a column" | "no version" | "foreign":
            with sqlite3.connect(path) as database:
                if how == "no version":
                    database.execute("delete from version")
                elif how == "foreign":
                    database.execute("drop table version")
                else:
                    database.execute("update version set version = ?", (CURRENT_VERSION + 1,))
                if how == "newer with a column":
                    database.execute("alter table sessions add column more text")
            database.close()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", ["garbage", "truncated", "directory", "newer", "newer with a column", "no version", "foreign"])
def test_damaged_file_is_refused_and_kept(far: Controls, contender: Contender, key: Any, tmp_path: Path, how: str, form: str) -> None:
    path = tmp_path / "a.session"
    _damage(path, how)
    before, connects = None if path.is_dir() else path.read_bytes(), far.totals()["connects"]

    with nothing_left(), pytest.raises(SessionUnreadableError):
        run(form, lambda: quick("a"), lambda client: client.get_me())

    assert path.is_dir() or path.read_bytes() == before
    assert far.totals()["connects"] == connects


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", ["missing", "empty", "blank"])
def test_session_without_a_login_asks_for_one_and_makes_no_file(far: Controls, state: Path, tmp_path: Path, how: str, form: str) -> None:
    path = tmp_path / "new.session"
    if how == "empty":
        path.touch()
    elif how == "blank":
        far.blank_session(path)

    with nothing_left(), pytest.raises(NotLoggedInError, match="new"):
        run(form, lambda: quick(path), lambda client: client.get_me())

    assert path.exists() == (how != "missing")
    assert how != "empty" or path.stat().st_size == 0


def test_hot_journal_of_a_killed_holder_is_no_obstacle(far: Controls, stage: Stage, key: Any, tmp_path: Path) -> None:
    pid = stage.play("awaiting", "with", tmp_path / "a")
    stage.until("inside")
    os.kill(pid, signal.SIGKILL)
    stage.status()
    assert (tmp_path / "a.session-journal").exists()

    with quick("a") as client:
        client.loop.run_until_complete(client.get_me())

    assert not (tmp_path / "a.session-journal").exists()


def test_session_string_as_text_is_refused_without_being_repeated(key: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        guarded_client(key.string(), *API)

    assert key.string()[:20] not in f"{caught.value!r} {caught.value.explain()}"


@pytest.mark.parametrize("session", [b"a", 5, object()], ids=["bytes", "number", "object"])
def test_what_is_no_session_is_refused(state: Path, session: Any) -> None:
    with pytest.raises(ConfigurationError):
        guarded_client(session, *API)
