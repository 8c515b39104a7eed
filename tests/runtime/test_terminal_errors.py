"""A login that Telegram has ended: the block ends with it, and nobody tries that key again until somebody logs in anew."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from telethon import events
from telethon.crypto import AuthKey
from telethon.errors import AuthKeyDuplicatedError, RPCError
from telethon.sessions import SQLiteSession, StringSession

from tests.runtime.guarding import FORMS, login, nothing_left, quick, run
from tests.telegram import Controls
from tgsession_runtime import SessionRevokedError
from tgsession_runtime.session import name_of, with_key
from tgsession_runtime.state import State

KINDS = ("AUTH_KEY_DUPLICATED", "AUTH_KEY_INVALID", "AUTH_KEY_UNREGISTERED", "SESSION_REVOKED", "SESSION_EXPIRED", "USER_DEACTIVATED")


@pytest.fixture
def key(far: Controls, state: Path, tmp_path: Path) -> Any:
    """A login whose session was used, and saved, before."""
    one = login(far, tmp_path / "a.session")
    with quick(tmp_path / "a"):
        pass
    return one


def tombstone(state: Path, key: Any) -> dict[str, Any]:
    """What is written about the key."""
    found: dict[str, Any] = json.loads(State(state).tombstone(key.key_id).read_bytes())
    return found


def refused_without_connecting(far: Controls, session: Any) -> bool:
    """Whether a guard refuses the session by what is written alone."""
    before = far.totals()["connects"]
    with pytest.raises(SessionRevokedError) as caught, quick(session):
        pass
    return bool(caught.value.when) and far.totals()["connects"] == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_dead_key_is_refused_on_the_way_in_and_never_tried_again(
    far: Controls, state: Path, tmp_path: Path, key: Any, kind: str, form: str
) -> None:
    far.revoke(key.key_id, kind)

    with nothing_left(), pytest.raises(SessionRevokedError, match=kind):
        run(form, lambda: quick(tmp_path / "a"), lambda client: client.get_me())

    assert tombstone(state, key)["reason"] == kind
    assert refused_without_connecting(far, tmp_path / "a")
    assert refused_without_connecting(far, StringSession(key.string())) or kind != "AUTH_KEY_DUPLICATED"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_dead_key_in_a_request_is_written_down(far: Controls, state: Path, tmp_path: Path, key: Any, kind: str, form: str) -> None:
    from telethon.tl import functions

    async def body(client: Any) -> None:
        far.revoke(key.key_id, kind)
        await client(functions.updates.GetStateRequest())

    with nothing_left(), pytest.raises((RPCError, SessionRevokedError)):
        run(form, lambda: quick(tmp_path / "a"), body)

    assert tombstone(state, key)["reason"] == kind
    assert refused_without_connecting(far, tmp_path / "a")


async def _listen(client: Any) -> None:
    await client.run_until_disconnected()


async def _wait(client: Any) -> None:
    await asyncio.sleep(20.0)


async def _ask(client: Any) -> None:
    while True:
        await asyncio.sleep(0.01)
        await client.get_messages("me")


@pytest.mark.parametrize(("form", "body"), [("async with", _listen), ("async with", _wait), ("with", _listen), ("with", _ask)])
def test_dead_key_after_a_reconnect_ends_the_block(
    far: Controls, state: Path, tmp_path: Path, key: Any, form: str, body: Callable[[Any], Any]
) -> None:
    async def dropped(client: Any) -> None:
        far.revoke(key.key_id, "AUTH_KEY_DUPLICATED")
        far.drop_connections("rst", key.key_id)
        await body(client)

    with nothing_left(), pytest.raises((SessionRevokedError, AuthKeyDuplicatedError)):
        run(form, lambda: quick(tmp_path / "a"), dropped)

    assert tombstone(state, key)["reason"] == "AUTH_KEY_DUPLICATED"
    assert refused_without_connecting(far, tmp_path / "a")


def test_sync_listener_ends_with_the_error(far: Controls, state: Path, tmp_path: Path, key: Any) -> None:
    def end() -> None:
        far.revoke(key.key_id, "AUTH_KEY_DUPLICATED")
        far.drop_connections("rst", key.key_id)

    with pytest.raises((SessionRevokedError, AuthKeyDuplicatedError)), quick(tmp_path / "a") as client:
        threading.Timer(0.1, end).start()
        client.run_until_disconnected()

    assert tombstone(state, key)["command"]


def test_error_of_an_event_handler_does_not_end_the_block(far: Controls, state: Path, tmp_path: Path) -> None:
    account = far.add_user(phone="+15550099", code="1")
    far.log_in(account).write(tmp_path / "b.session")

    async def body(client: Any) -> list[str]:
        heard: asyncio.Queue[str] = asyncio.Queue()

        @client.on(events.NewMessage)  # type: ignore[untyped-decorator, unused-ignore] # Telethon has no types
        async def handler(event: Any) -> None:
            heard.put_nowait(event.raw_text)
            raise ValueError("the handler's own")

        for text in ("one", "two"):
            far.push_message(account, text)
        return [await asyncio.wait_for(heard.get(), 5.0) for _ in range(2)]

    with nothing_left():
        heard = run("async with", lambda: quick(tmp_path / "b"), body)

    assert heard == ["one", "two"]


def test_new_login_with_the_same_key_clears_the_way(far: Controls, state: Path, tmp_path: Path, key: Any) -> None:
    from telethon import TelegramClient

    far.revoke(key.key_id, "AUTH_KEY_UNREGISTERED")
    with pytest.raises(SessionRevokedError), quick(tmp_path / "a"):
        pass
    assert refused_without_connecting(far, tmp_path / "a")

    async def log_in_again() -> None:
        client = TelegramClient(str(tmp_path / "a"), 1, "0" * 32)
        await client.start(phone=lambda: "+15550001", code_callback=lambda: "12345")
        await client.disconnect()

    asyncio.run(log_in_again())

    with quick(tmp_path / "a"):
        pass
    assert not State(state).tombstone(key.key_id).exists()


def test_new_key_in_the_file_is_another_session(far: Controls, state: Path, tmp_path: Path, key: Any) -> None:
    far.revoke(key.key_id, "AUTH_KEY_DUPLICATED")
    with pytest.raises(SessionRevokedError), quick(tmp_path / "a"):
        pass

    new = far.log_in(key.account_id)
    session = SQLiteSession(str(tmp_path / "a"))
    session.auth_key = AuthKey(new.auth_key)
    session.save()
    session.close()

    with quick(tmp_path / "a"):
        pass
    assert with_key(name_of(tmp_path / "a")).key_id_hex == new.key_id


def test_record_of_a_dead_key_holds_no_secret(far: Controls, state: Path, tmp_path: Path, key: Any) -> None:
    far.revoke(key.key_id, "AUTH_KEY_DUPLICATED")
    with pytest.raises(SessionRevokedError), quick(tmp_path / "a"):
        pass

    assert set(tombstone(state, key)) == {"key_id", "session", "reason", "when", "host", "pid", "command", "file"}
    assert not list(state.glob("tombstones/*.new"))
