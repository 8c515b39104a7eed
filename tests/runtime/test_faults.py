"""Every fault of the loopback Telegram, on the way in, in the body and on the way out, in both forms of the guard."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest
from telethon import errors
from telethon.tl import functions

from tests.runtime.guarding import FORMS, IMPATIENT, OPENED, Contender, login, nothing_left, quick, run
from tests.telegram import Controls
from tgsession_runtime import NoConnectionError, NotLoggedInError, SessionRevokedError

pytestmark = pytest.mark.usefixtures("state")

ENTERED = None
_numbers = itertools.count(1)
SELF = "users.getUsers"

ON_ENTER: tuple[tuple[str, str, dict[str, Any], type[Exception] | None], ...] = (
    ("delay", "*", {"seconds": 0.01}, ENTERED),
    ("fin", "*", {"times": 1}, ENTERED),
    ("rst", SELF, {"times": 1}, ENTERED),
    *((kind, "*", {}, NoConnectionError) for kind in ("never", "fin", "rst", "stop_reading")),
    *((kind, "accept", {}, NoConnectionError) for kind in ("never", "fin", "rst", "stop_reading")),
    ("transport", "*", {"error": "429"}, NoConnectionError),
    ("transport", "*", {"error": "404"}, errors.AuthKeyNotFound),
    ("transport", SELF, {"error": "404"}, errors.AuthKeyNotFound),
    ("error", "*", {"error": "FLOOD_WAIT_100"}, errors.FloodWaitError),
    ("error", SELF, {"error": "FLOOD_WAIT_100"}, errors.FloodWaitError),
    ("error", "*", {"error": "AUTH_KEY_PERM_EMPTY"}, errors.AuthKeyPermEmptyError),
    *(
        ("error", on, {"error": error}, SessionRevokedError)
        for on in ("*", SELF)
        for error in (
            "AUTH_KEY_DUPLICATED", "AUTH_KEY_INVALID", "SESSION_REVOKED", "SESSION_EXPIRED", "USER_DEACTIVATED", "USER_DEACTIVATED_BAN",
        )
    ),
    ("error", "*", {"error": "AUTH_KEY_UNREGISTERED"}, NotLoggedInError),
)  # fmt: skip
IN_BODY = (
    ("delay", {"seconds": 0.01}),
    *((kind, {}) for kind in ("never", "fin", "rst", "stop_reading")),
    *(("transport", {"error": code}) for code in ("404", "429")),
    *(("error", {"error": error}) for error in ("FLOOD_WAIT_100", "SESSION_REVOKED", "AUTH_KEY_DUPLICATED", "AUTH_KEY_UNREGISTERED")),
)
BY_SERVER = ("drop by fin", "drop by rst", "go down")


class OwnError(Exception):
    """What the body of a block raises."""


def _label(one: Any) -> str | None:
    return "-".join(map(str, one.values())) if isinstance(one, dict) else getattr(one, "__name__", None)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("kind", "on", "details", "expected"), ON_ENTER, ids=_label)
def test_fault_on_the_way_in_leaves_nothing(
    far: Controls, contender: Contender, tmp_path: Path, form: str, kind: str, on: str, details: dict[str, Any], expected: Any
) -> None:
    key = login(far, tmp_path / "a.session", next(_numbers))
    far.fault(kind, on=on, **details, **({} if on == "accept" else {"key_id": key.key_id}))

    with nothing_left():
        if expected is ENTERED:
            assert run(form, lambda: quick(tmp_path / "a"), _ask)
        else:
            seconds = IMPATIENT if expected is NoConnectionError else 10.0
            with pytest.raises(expected):
                run(form, lambda: quick(tmp_path / "a", connect_timeout=seconds), _ask)

    assert contender(tmp_path / "a") == "free"
    assert far.totals()["live"] == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("kind", "error"), [("never", ""), ("fin", ""), ("rst", ""), ("transport", "404")])
def test_fault_of_the_key_exchange_leaves_nothing(
    far: Controls, contender: Contender, tmp_path: Path, form: str, kind: str, error: str
) -> None:
    far.add_bot(f"{next(_numbers)}:token")
    far.blank_session(tmp_path / "bot.session")
    far.fault(kind, on="handshake", error=error)

    with nothing_left(), pytest.raises(NoConnectionError):
        run(form, lambda: quick(tmp_path / "bot", bot_token="1:token", connect_timeout=IMPATIENT), _ask)

    assert contender(tmp_path / "bot") == "free"


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize(("kind", "details"), IN_BODY, ids=_label)
def test_fault_in_the_body_leaves_the_own_error_and_nothing_else(
    far: Controls, contender: Contender, tmp_path: Path, form: str, kind: str, details: dict[str, Any]
) -> None:
    key = login(far, tmp_path / "a.session", next(_numbers))

    async def body(client: Any) -> None:
        far.fault(kind, on="*", key_id=key.key_id, **details)
        try:
            await asyncio.wait_for(client(functions.updates.GetStateRequest()), 0.1)
        except Exception as error:
            raise OwnError from error
        raise OwnError

    with nothing_left(), pytest.raises(OwnError):
        run(form, lambda: quick(tmp_path / "a"), body)

    assert contender(tmp_path / "a") == "free"
    assert far.totals()["live"] == 0


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize("how", BY_SERVER)
def test_server_that_drops_the_connection_leaves_the_own_error_and_nothing_else(
    far: Controls, contender: Contender, tmp_path: Path, form: str, how: str
) -> None:
    login(far, tmp_path / "a.session", next(_numbers))

    async def body(_client: Any) -> None:
        far.go_down() if how == "go down" else far.drop_connections(how.rpartition(" ")[2])
        await asyncio.sleep(0.05)
        raise OwnError

    with nothing_left(), pytest.raises(OwnError):
        run(form, lambda: quick(tmp_path / "a"), body)

    assert contender(tmp_path / "a") == "free"


@pytest.mark.parametrize("form", [*FORMS, *OPENED])
@pytest.mark.parametrize("own", [True, False], ids=["own error", "no error"])
@pytest.mark.parametrize("kind", ["never", "stop_reading", "fin", "rst"])
def test_fault_on_the_way_out_leaves_nothing(
    far: Controls, contender: Contender, tmp_path: Path, form: str, kind: str, own: bool
) -> None:
    key = login(far, tmp_path / "a.session", next(_numbers))
    pending: list[asyncio.Task[Any]] = []

    async def body(client: Any) -> str:
        far.fault(kind, on="updates.getState", key_id=key.key_id)
        pending.append(asyncio.ensure_future(client(functions.updates.GetStateRequest())))
        if kind == "stop_reading":  # more than the kernel's buffers take: what is being sent stays unsent
            await pending[0]
            for part in range(40):
                big = functions.upload.SaveFilePartRequest(1, part, b"\0" * 500_000)
                pending.append(asyncio.ensure_future(client(big)))
        await asyncio.sleep(0.02)
        if own:
            raise OwnError
        return "through"

    async def settled(client: Any) -> str:
        try:
            return await body(client)
        finally:
            for one in pending:
                one.cancel()

    with nothing_left():
        if own:
            with pytest.raises(OwnError):
                run(form, lambda: quick(tmp_path / "a"), settled)
        else:
            assert run(form, lambda: quick(tmp_path / "a"), settled) == "through"

    assert contender(tmp_path / "a") == "free"
    assert far.totals()["live"] == 0


async def _ask(client: Any) -> Any:
    return await client.get_me()
