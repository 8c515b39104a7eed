"""The three forms of the server, and its controls from outside."""

from __future__ import annotations

import inspect
import json
import os
import socket
import subprocess
import sys

import pytest
from telethon import errors

from tests.telegram import Controls, TelegramServer, asynchronous, served, spawned
from tests.telegram.place import CONTROLS
from tests.telegram.spawned import ROOT


@asynchronous
async def test_server_in_the_loop_of_the_test():
    async with TelegramServer() as server:
        login = server.log_in(server.add_user(phone="+15550001", code="1", username="alice"))
        async with login.client() as client:
            assert (await client.get_me()).username == "alice"

        ledger = await server.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert ledger["totals"]["clean_ends"] == 1


@pytest.mark.parametrize("form", [served, spawned])
@asynchronous
async def test_server_outside_has_the_same_controls(form):
    with form(policy="strict") as server:
        user = server.add_user(phone="+15550001", code="1", username="alice", password="secret")
        login = server.log_in(user)
        server.add_history(user, ["one"])
        async with login.client() as client:
            number = server.fault("error", on="messages.getHistory", error="SESSION_REVOKED")
            with pytest.raises(errors.SessionRevokedError):
                await client.get_messages("me")
            server.clear_faults(number)
            [message] = await client.get_messages("me")
        server.go_down()
        server.come_back()
        ledger = server.until(lambda ledger: ledger["totals"]["live"] == 0)

    assert (user.username, login.account_id, message.text) == ("alice", user.id, "one")
    assert ledger["totals"]["connects"] == 1


@pytest.mark.parametrize("form", [served, spawned])
def test_wrong_use_is_told_to_the_caller(form):
    with form() as server:
        with pytest.raises(ValueError, match="no fault is called 'fire'"):
            server.fault("fire")
        with pytest.raises(AttributeError, match="no control 'explode'"):
            server.explode()
        with pytest.raises(TimeoutError, match="not so after 0 s"):
            server.until(lambda ledger: False, timeout=0)


def test_first_login_in_a_process_of_its_own(tmp_path):
    with spawned() as server:
        server.add_bot("42:token")
        path = server.blank_session(tmp_path / "bot")
        program = (
            "from tests.telegram import trust; from telethon import TelegramClient; trust()\n"
            f"client = TelegramClient({str(path)!r}, 1, 'x').start(bot_token='42:token')\n"
            "print(client.loop.run_until_complete(client.get_me()).bot); client.disconnect()"
        )
        ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)

    assert ran.stdout.split()[-1] == "True"


def test_process_writes_its_ledger_at_the_end(tmp_path):
    path = tmp_path / "ledger.json"
    with spawned(ledger=path) as server:
        login = server.log_in(server.add_bot("42:token"))
        with login.client():
            pass

    assert json.loads(path.read_text(encoding="utf-8"))["totals"]["clean_ends"] == 1


def test_process_stops_by_itself_when_nobody_is_there():
    command = [sys.executable, "-m", "tests.telegram", "--idle", "0.1"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)

    place = json.loads(ran.stdout)
    assert set(place) == {"address", "port", "control_port", "public_key", "pid"}
    assert place["address"] == "127.0.0.1"


@pytest.mark.skipif(os.name == "nt", reason="needs select on a pipe")
def test_process_ends_with_its_caller():
    command = [sys.executable, "-m", "tests.telegram", "--with-stdin"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdin.close()

        assert process.wait(timeout=30) == 0


def test_control_port_speaks_json_lines():
    command = [sys.executable, "-m", "tests.telegram", "--with-stdin"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        place = json.loads(process.stdout.readline())
        with socket.create_connection((place["address"], place["control_port"]), timeout=10) as line, line.makefile("rw") as file:
            file.write('{"do": "fault", "kind": "delay", "seconds": 1}\n{"do": "vanish"}\nnonsense\n')
            file.flush()
            answers = [json.loads(file.readline()) for _ in range(3)]
        process.stdin.close()

    assert answers[0] == {"ok": 0}
    assert answers[1]["error"].startswith("ValueError: no control is called 'vanish'")
    assert answers[2]["error"].startswith("JSONDecodeError")


def test_every_control_says_what_it_does():
    assert [name for name in CONTROLS if not inspect.getdoc(getattr(TelegramServer, name))] == []


@asynchronous
async def test_fault_of_the_server_is_raised_when_it_stops(monkeypatch):
    with pytest.raises(ZeroDivisionError), served() as server:
        break_methods(monkeypatch)
        client = server.log_in(server.add_bot("42:token")).client(connection_retries=1, retry_delay=0)
        with pytest.raises(ConnectionError):
            await client.connect()
        with pytest.raises(ConnectionError):
            await client.disconnected


def break_methods(monkeypatch) -> None:
    from tests.telegram import calls

    monkeypatch.setitem(calls.METHODS, "help.getConfig", lambda call: 1 / 0)


def test_controls_name_the_nearest(telegram: Controls):
    with pytest.raises(AttributeError, match="add_user"):
        telegram.add_users()
