"""`tgsession-guard auth` on a terminal, against a Telegram that asks as the real one does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.runtime.commands import HOLD, Done, environment, guard, running, typed
from tests.telegram import Controls, Login
from tgsession_runtime.floods import Floods
from tgsession_runtime.session import read

PHONE, CODE, PASSWORD = "+15552368", "86420", "correct horse"
API = {"TGSESSION_API_ID": "1", "TGSESSION_API_HASH": "0" * 32}

# What the command runs under: the test's key is trusted, and nothing but this machine can be reached.
_TRUST = """
import sys, tests.telegram
def only_here(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) and not arguments[1][0].startswith("127."):
        raise PermissionError("only this machine")
sys.addaudithook(only_here)
tests.telegram.trust()
"""


@pytest.fixture
def home(far: Controls, tmp_path: Path) -> Path:
    """A folder with a session that points to the test's Telegram and that nobody is logged in with."""
    far.blank_session(tmp_path / "alerts.session")
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "sitecustomize.py").write_text(_TRUST)
    return tmp_path


@pytest.fixture(scope="module")
def person(_far_telegram: Controls) -> None:
    _far_telegram.add_user(phone=PHONE, code=CODE, password=PASSWORD, username="alice")


def variables(home: Path) -> dict[str, str]:
    return {**API, "PYTHONPATH": f"{home / 'trust'}:{environment(home)['PYTHONPATH']}"}


def auth(home: Path, arguments: Sequence[str], *answers: tuple[str, str]) -> Done:
    """Run the command on a terminal, typing each answer when its question has come."""
    return typed(home, ["auth", *arguments], *answers, **variables(home))


def test_a_login_by_phone_code_and_password_takes_the_place_of_the_old_file(home: Path, person: None) -> None:
    done = auth(home, ["alerts"], ("phone number", PHONE), ("the code", CODE), ("two-step password:", PASSWORD))

    [aside] = home.glob("alerts.session.aside-*")
    assert (done.status, "logged in as `alice`" in done.out) == (0, True), done.out
    assert (home / "alerts.session").stat().st_mode & 0o777 == 0o600
    assert (read(home / "alerts.session").key_id is not None, read(aside).key_id) == (True, None)
    assert guard(home, "check", "alerts").status == 0
    assert PASSWORD not in done.out


def test_wrong_codes_and_passwords_may_be_given_again(home: Path, person: None) -> None:
    done = auth(
        home, ["alerts", "--phone", PHONE],
        ("the code", "11111"), ("the code", CODE), ("two-step password:", "wrong"), ("two-step password:", PASSWORD),
    )  # fmt: skip

    assert done.status == 0, done.out
    assert "that is not the code that was sent; 2 more tries" in done.out
    assert "that is not the two-step password; 2 more tries" in done.out


def test_three_wrong_codes_end_it_and_change_nothing(home: Path, person: None) -> None:
    before = (home / "alerts.session").read_bytes()

    done = auth(home, ["alerts", "--phone", PHONE], *[("the code", "11111")] * 3)

    assert (done.status, (home / "alerts.session").read_bytes() == before) == (1, True)
    assert "the code was wrong too often" in done.out
    assert [one.name for one in home.glob(".*")] == []


def test_a_bot_logs_in_without_a_terminal(home: Path, far: Controls) -> None:
    far.add_bot("4711:token", username="alertbot")
    (home / "token").write_text("4711:token\n")

    done = guard(home, "auth", "alerts", "--bot-token-file", "token", **variables(home))

    assert (done.status, "logged in as `alertbot`" in done.err) == (0, True), done.err
    assert "4711:token" not in done.out + done.err


def test_nobody_is_asked_where_there_is_no_terminal(home: Path) -> None:
    done = guard(home, "auth", "alerts", **variables(home))

    assert (done.status, done.err.splitlines()[0]) == (1, "error: there is nobody to ask for the phone number")


def test_a_flood_is_remembered_and_not_asked_about_again(home: Path, far: Controls, person: None) -> None:
    far.fault("error", on="auth.sendCode", error="FLOOD_WAIT_300")
    first = guard(home, "auth", "alerts", "--phone", PHONE, **variables(home))
    asked = far.ledger()["requests"]["auth.sendCode"]
    far.clear_faults()

    second = guard(home, "auth", "alerts", "--phone", PHONE, **variables(home))

    assert (first.status, second.status) == (1, 1)
    assert "Telegram wants no more logins for this account until" in second.err
    assert far.ledger()["requests"]["auth.sendCode"] == asked
    assert PHONE not in "".join(str(one) + one.read_text() for one in (home / "state" / "floods").iterdir())


def test_an_unknown_number_is_said(home: Path, far: Controls) -> None:
    done = guard(home, "auth", "alerts", "--phone", "+19990000", **variables(home))

    assert done.status == 1
    assert "+19990000" not in done.err


def test_no_code_is_sent_while_the_session_is_held(home: Path, far: Controls, person: None) -> None:
    login: Login = far.log_in(far.add_bot("4712:token"))
    login.write(home / "busy.session")
    asked = far.ledger()["requests"].get("auth.sendCode", 0)

    with running(home, HOLD, "busy"):
        done = guard(home, "auth", "busy", "--phone", PHONE, **variables(home))

    assert (done.status, far.ledger()["requests"].get("auth.sendCode", 0)) == (75, asked)


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe4711", "it is no text"), (b" \n", "it is empty")])
def test_a_token_file_that_holds_no_token_is_wrong_use(home: Path, content: bytes, said: str) -> None:
    (home / "token").write_bytes(content)

    done = guard(home, "auth", "alerts", "--bot-token-file", "token", **variables(home))

    assert (done.status, f"`token` is no use: {said}" in done.err) == (2, True), done.err


def test_a_flood_that_cannot_be_kept_is_said_all_the_same(tmp_path: Path) -> None:
    floods = Floods(tmp_path / "no folder")

    assert "Telegram wants no more logins for this account until" in str(floods.remember(PHONE, 300))
