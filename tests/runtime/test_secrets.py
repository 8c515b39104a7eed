"""No message, `repr`, log line, traceback, record or file of the guard holds a secret, whatever happens to it."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import Started, guard, listener
from tgsession_runtime import TgsessionError, guarded_client
from tgsession_runtime.session import name_of_string

API_HASH = "the-api-hash-of-nobody"
TOKEN = "7654321:AAEsecret-token-of-a-bot"
QUICK: dict[str, Any] = {"lock_timeout": 0.2, "connect_timeout": 5.0, "disconnect_timeout": 0.5}


class Heard:
    """All that was said: log records with all their fields, and errors in every form that they can be shown in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: list[str] = []

    def record(self, record: logging.LogRecord) -> bool:
        self.texts += [record.getMessage(), repr(vars(record))]
        return True

    def error(self, error: BaseException | None) -> None:
        while error is not None:
            shown = getattr(error, "explain", str)
            self.texts += [str(error), repr(error), shown(), repr(vars(error)), *traceback.format_exception(error)]
            error = error.__cause__

    def everything(self) -> str:
        """What was said, and what stands in files other than the session's."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and not path.name.endswith(".session")]
        written = [f"{path} {path.read_bytes()!r}" for path in files if path.name != "secret"]
        return "\n".join([*self.texts, *written])


def forms(key: bytes) -> list[str]:
    """How an auth key would look: as text of several kinds, and as a part of a session string."""
    text = base64.urlsafe_b64encode(b"\2\x7f\0\0\1\x01\xbb" + key).decode()
    return [key[:8].hex(), repr(key[:8])[2:-1], base64.b64encode(key[:30]).decode(), text[60:90], str(int.from_bytes(key[:8], "big"))]


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    monkeypatch.setenv("TGSESSION_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TGSESSION_API_ID", "1")
    monkeypatch.setenv("TGSESSION_API_HASH", API_HASH)
    monkeypatch.chdir(tmp_path)
    found, logger = Heard(tmp_path), logging.getLogger("tgsession")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    handler = logging.NullHandler(logging.DEBUG)
    handler.handle = found.record  # type: ignore[method-assign]
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)
    logger.setLevel(before)


def entered(heard: Heard, *arguments: Any, **options: Any) -> str:
    """Enter a guard and leave it; the code of the error that it raised, or an empty text."""
    try:
        one = guarded_client(*arguments, **{**QUICK, **options})
        heard.texts.append(repr(one) + repr(one.plan))
        with one as client:
            client.loop.run_until_complete(client.get_me())
            heard.texts.append(repr(one))
    except Exception as error:
        heard.error(error)
        return error.code if isinstance(error, TgsessionError) else type(error).__name__
    return ""


def from_a_string(heard: Heard, telegram: Any, alice: Any) -> str:
    return entered(heard, session=alice_object(alice))


def alice_object(alice: Any) -> Any:
    from telethon.sessions import StringSession

    return StringSession(alice.string())


def string_as_a_name(heard: Heard, telegram: Any, alice: Any) -> str:
    return entered(heard, alice.string())


def from_a_file(heard: Heard, telegram: Any, alice: Any) -> str:
    alice.write(heard.folder / "alerts")
    return entered(heard, "alerts")


def secrets_in_the_wrong_places(heard: Heard, telegram: Any, alice: Any) -> str:
    for name in ("api_id", "lock_timeout", "workers", "exclusive", "bot_token"):
        entered(heard, "alerts", **{"api_id": 1, name: API_HASH if name != "bot_token" else [TOKEN]})
    return entered(heard, "alerts", API_HASH, 1)


def bot(heard: Heard, telegram: Any, alice: Any) -> str:
    telegram.add_bot(TOKEN)
    telegram.blank_session(heard.folder / "bot")
    return entered(heard, "bot", bot_token=TOKEN)


def bot_with_a_wrong_token(heard: Heard, telegram: Any, alice: Any) -> str:
    telegram.blank_session(heard.folder / "bot")
    return entered(heard, "bot", bot_token=TOKEN)


def nobody_logged_in(heard: Heard, telegram: Any, alice: Any) -> str:
    telegram.blank_session(heard.folder / "empty")
    return entered(heard, "empty")


def login_that_was_ended(heard: Heard, telegram: Any, alice: Any) -> str:
    alice.write(heard.folder / "alerts")
    telegram.revoke(alice)
    first = entered(heard, "alerts")
    assert entered(heard, "alerts") == first
    return first


def server_that_never_answers(heard: Heard, telegram: Any, alice: Any) -> str:
    telegram.fault("never")
    return entered(heard, alice_object(alice), connect_timeout=0.3)


def server_that_is_gone(heard: Heard, telegram: Any, alice: Any) -> str:
    telegram.go_down()
    try:
        return entered(heard, alice_object(alice), connect_timeout=0.3)
    finally:
        telegram.come_back()


def error_in_the_block(heard: Heard, telegram: Any, alice: Any) -> str:
    try:
        with guarded_client(alice_object(alice), **QUICK):
            raise LookupError("not ours")
    except LookupError as error:
        heard.error(error)
        return "LookupError"


def held_by_another(heard: Heard, telegram: Any, alice: Any) -> str:
    alice.write(heard.folder / "alerts")
    with Started(heard.folder, ["run", "-s", "alerts", "--", *listener(TOKEN, API_HASH)]).ready():
        return entered(heard, "alerts")


def held_here(heard: Heard, telegram: Any, alice: Any) -> str:
    with guarded_client(alice_object(alice), **QUICK):
        return entered(heard, alice_object(alice))


def read_only_folder(heard: Heard, telegram: Any, alice: Any) -> str:
    alice.write(heard.folder / "alerts")
    (heard.folder / "alerts.session.lock").mkdir()
    return entered(heard, "alerts")


def damaged_file(heard: Heard, telegram: Any, alice: Any) -> str:
    path = alice.write(heard.folder / "alerts")
    data = bytearray(path.read_bytes())
    data[100:140] = b"\xff" * 40
    path.write_bytes(data)
    return entered(heard, "alerts")


def command_line(heard: Heard, telegram: Any, alice: Any) -> str:
    variables = {"TGSESSION_SESSION_STRING": alice.string(), "TGSESSION_API_HASH": API_HASH, "TGSESSION_BOT_TOKEN": TOKEN}
    for arguments in (["run", "true", TOKEN], ["run", "nonsense", TOKEN], ["run", "-s", alice.string(), "true"]):
        done = guard(heard.folder, *arguments, **variables)
        heard.texts += [done.out, done.err]
    return "" if name_of_string(alice.string()).key_id_hex else "no key"


SCENES: list[tuple[Callable[..., str], str]] = [
    (from_a_string, ""),
    (from_a_file, ""),
    (bot, ""),
    (string_as_a_name, "configuration"),
    (secrets_in_the_wrong_places, "configuration"),
    (bot_with_a_wrong_token, "AccessTokenInvalidError"),
    (nobody_logged_in, "not-logged-in"),
    (login_that_was_ended, "revoked"),
    (server_that_never_answers, "no-connection"),
    (server_that_is_gone, "no-connection"),
    (error_in_the_block, "LookupError"),
    (held_by_another, "session-in-use"),
    (held_here, "held-here"),
    (read_only_folder, "lock"),
    (damaged_file, "unreadable"),
    (command_line, ""),
]


@pytest.mark.parametrize(("scene", "code"), SCENES, ids=[scene.__name__ for scene, _ in SCENES])
def test_nothing_that_is_said_or_written_holds_a_secret(scene: Callable[..., str], code: str, heard: Heard, telegram: Any, alice: Any) -> None:
    ended = scene(heard, telegram, alice)

    said = heard.everything()
    assert ended == code, said
    assert [secret for secret in (API_HASH, TOKEN, *forms(alice.auth_key)) if secret in said] == []
    assert len(said) > 100, "something was listened to"


def test_the_look_for_secrets_finds_them(heard: Heard, alice: Any) -> None:
    logging.getLogger("tgsession").info("oops", extra={"key": alice.auth_key})
    heard.error(ValueError(alice.string()))
    (heard.folder / "left").write_text(alice.auth_key.hex(), "utf-8")

    found = [secret in heard.everything() for secret in forms(alice.auth_key)]
    assert found == [True, True, False, True, False]
