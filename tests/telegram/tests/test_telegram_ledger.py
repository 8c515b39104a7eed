"""What the ledger says of what the real Telethon did."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest
from raw_packets import from_client
from telethon import TelegramClient, functions

from tests.telegram import Controls, Login, TelegramServer, asynchronous, eventually
from tests.telegram.transport import Full

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="loopback has one address only")


@asynchronous
async def test_disconnect_is_a_clean_end(telegram: Controls, alice: Login):
    before = time.time()
    async with alice.client(device_model="pid 17"):
        during = telegram.ledger()
    after = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)

    assert during["totals"]["live"] == 1
    assert (after["totals"]["connects"], after["totals"]["clean_ends"], after["totals"]["abrupt_ends"]) == (1, 1, 0)
    [visit] = after["connections"]
    assert (visit["address"], visit["key_id"], visit["how"], visit["device"]) == ("127.0.0.1", alice.key_id, "fin", "pid 17")
    assert before <= visit["opened"] <= visit["first_use"] <= visit["ended"] <= time.time()


@asynchronous
async def test_reset_is_an_abrupt_end(telegram: Controls, alice: Login):
    client = alice.client()
    await client.connect()
    sock = client._sender._connection._writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    await client.disconnect()

    totals = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)["totals"]
    assert (totals["clean_ends"], totals["abrupt_ends"]) == (0, 1)


@asynchronous
async def test_connect_asks_what_telethon_1_45_asks(telegram: Controls, alice: Login):
    client = alice.client()
    await client.connect()
    await client.disconnect()

    assert telegram.ledger()["requests"] == {
        "help.getConfig": 1,
        "users.getUsers": 1,
        "updates.getState": 1,
        "updates.getDifference": 1,
    }


@asynchronous
async def test_wrappers_are_looked_through(telegram: Controls, alice: Login):
    async with alice.client(receive_updates=False) as client:
        await client(functions.InvokeWithoutUpdatesRequest(functions.help.GetConfigRequest()))

    assert telegram.ledger()["requests"]["help.getConfig"] == 2
    assert not any("invoke" in method for method in telegram.ledger()["requests"])


@asynchronous
async def test_two_live_connections_overlap_until_one_ends(telegram: Controls, alice: Login):
    telegram.set_policy("none")
    first, second = alice.client(), alice.client()
    await first.connect()
    await second.connect()
    open_overlap = telegram.ledger()["overlaps"][0]
    await first.disconnect()
    ledger = telegram.until(lambda ledger: ledger["totals"]["live"] == 1)
    await second.disconnect()

    [overlap] = ledger["overlaps"]
    visits = {visit["id"]: visit for visit in ledger["connections"]}
    assert (open_overlap["over"], overlap["over"]) == (False, True)
    assert (overlap["key_id"], overlap["connections"], overlap["addresses"]) == (alice.key_id, [1, 2], 1)
    assert overlap["ms"] == pytest.approx((visits[1]["ended"] - visits[2]["first_use"]) * 1000, abs=0.01)
    assert ledger["totals"]["longest_overlap_ms"] == overlap["ms"]


@LINUX
@asynchronous
async def test_overlap_counts_client_addresses(telegram: Controls, alice: Login):
    telegram.set_policy("none")
    async with alice.client(), alice.client(local_addr="127.0.0.2"):
        ledger = telegram.ledger()

    assert [overlap["addresses"] for overlap in ledger["overlaps"]] == [2]
    assert ledger["totals"]["overlaps_two_addresses"] == 1


@asynchronous
async def test_connection_that_sends_nothing_overlaps_with_none(telegram: Controls, alice: Login):
    async with alice.client():
        with socket.create_connection((telegram.address, telegram.port)):
            ledger = telegram.until(lambda ledger: ledger["totals"]["connects"] == 2)

    assert (ledger["totals"]["overlaps"], ledger["totals"]["live"]) == (0, 1)


@asynchronous
async def test_keys_of_their_own_never_overlap(telegram: Controls, alice: Login):
    other = telegram.log_in(alice.account_id)
    async with alice.client(), other.client():
        assert telegram.totals()["overlaps"] == 0


@pytest.mark.parametrize("handovers", [50])
@asynchronous
async def test_handover_by_fin_and_connect_is_never_an_overlap(telegram: Controls, alice: Login, handovers):
    telegram.set_policy("strict")
    for _ in range(handovers):
        client = alice.client()
        await client.connect()
        await client.disconnect()

    totals = telegram.totals()
    assert (totals["connects"], totals["overlaps"], totals["invalidations"]) == (handovers, 0, 0)


@LINUX
@asynchronous
async def test_client_that_left_unseen_overlaps_with_none():
    async with TelegramServer(policy="strict") as server:
        login = server.log_in(server.add_bot("42:token"))
        key, users = login.auth_key, server.keys.find(login.key_id).live
        with connected(server) as first, connected(server) as second:
            framing = Full()
            first.sendall(framing.frame(from_client(key)))
            await eventually(lambda: server.totals()["live"] == 1 and server.totals()["connects"] == 2)

            # The server sees all of this at once, and reads what the first still had to say before it comes to its end.
            first.sendall(framing.frame(from_client(key)))
            first.shutdown(socket.SHUT_WR)
            second.sendall(Full().frame(from_client(key)))
            await eventually(lambda: any(user.visit.id == 2 for user in users))
        ledger = server.ledger()

    assert (ledger["totals"]["overlaps"], ledger["connections"][0]["how"]) == (0, "fin")


def connected(server: TelegramServer) -> socket.socket:
    return socket.create_connection((server.address, server.port), timeout=5)


CONNECT = """
import asyncio, sys, time
from telethon import TelegramClient
from telethon.sessions import StringSession
async def main():
    client = TelegramClient(StringSession(sys.argv[1]), 1, "0" * 32)
    await client.connect()
    print("connected", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_idle_client_ends_in_a_plain_fin(telegram: Controls, alice: Login):
    with subprocess.Popen([sys.executable, "-c", CONNECT, alice.string()], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)

    totals = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)["totals"]
    assert totals["clean_ends"] + totals["abrupt_ends"] == 1  # a reset if an answer to it was still unread


@asynchronous
async def test_ping_delay_ends_a_connection_that_stops_to_ask(telegram: Controls, alice: Login):
    client = alice.client(auto_reconnect=False)
    await client.connect()

    await client(functions.PingDelayDisconnectRequest(ping_id=1, disconnect_delay=0))
    with pytest.raises(asyncio.IncompleteReadError):
        await client.disconnected

    assert telegram.totals()["ping_delay_ends"] == 1
    await client.disconnect()


@asynchronous
async def test_ping_delay_begins_anew_with_each_such_ping(telegram: Controls, alice: Login):
    other = telegram.log_in(alice.account_id)
    async with alice.client(auto_reconnect=False) as client, other.client(auto_reconnect=False) as clock:
        await client(functions.PingDelayDisconnectRequest(ping_id=1, disconnect_delay=1))
        await client(functions.PingDelayDisconnectRequest(ping_id=2, disconnect_delay=60))
        await clock(functions.PingDelayDisconnectRequest(ping_id=3, disconnect_delay=1))
        await asyncio.gather(clock.disconnected, return_exceptions=True)  # so the first second is over as well

        assert (await client.get_me()).username == "alice"


@asynchronous
async def test_plain_ping_does_not_put_off_the_delay(telegram: Controls, alice: Login):
    async with alice.client(auto_reconnect=False) as client:
        await client(functions.PingDelayDisconnectRequest(ping_id=1, disconnect_delay=1))
        await client(functions.PingRequest(ping_id=2))

        await asyncio.to_thread(telegram.until, lambda ledger: ledger["totals"]["ping_delay_ends"] == 1)


def test_ledger_on_disk_is_whole(telegram: Controls, alice: Login, tmp_path):
    with alice.client():
        pass

    telegram.write_ledger(str(tmp_path / "ledger.json"))

    written = json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    assert written["totals"]["connects"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.json"]


def test_session_file_points_at_the_server(telegram: Controls, alice: Login, tmp_path):
    path = alice.write(tmp_path / "alice")

    with TelegramClient(str(path), telegram.api_id, telegram.api_hash) as client:
        assert client.loop.run_until_complete(client.get_me()).username == "alice"
    assert path.name == "alice.session"


def test_no_secret_is_in_the_ledger_or_a_repr(telegram: Controls):
    user = telegram.add_user(phone="+15550003", code="98765", password="correct horse")
    login = telegram.log_in(user)
    with login.client():
        pass

    told = json.dumps(telegram.ledger()) + repr(login) + repr(telegram.add_bot("44:token"))
    assert not any(secret in told for secret in (login.auth_key.hex(), login.string(), "98765", "correct horse", "44:token"))
