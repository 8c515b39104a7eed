"""What the real Telethon meets when the loopback Telegram goes wrong."""

from __future__ import annotations

import asyncio
import os
import socket
import struct

import pytest
from telethon import TelegramClient, errors, functions

from tests.telegram import Controls, Login, asynchronous, eventually

QUICK = {"connection_retries": 1, "retry_delay": 0}  # Telethon gives up after one attempt more


@asynchronous
async def test_delayed_answer_comes(telegram: Controls, alice: Login):
    async with alice.client() as client:
        telegram.fault("delay", on="users.getUsers", seconds=0.05, times=1)
        slow = asyncio.ensure_future(client.get_me())
        await client(functions.help.GetConfigRequest())

        assert not slow.done()
        assert (await slow).username == "alice"


@asynchronous
async def test_request_without_an_answer_waits(telegram: Controls, alice: Login):
    async with alice.client() as client:
        telegram.fault("never", on="users.getUsers")
        unanswered = asyncio.ensure_future(client.get_me())
        await client(functions.help.GetConfigRequest())

        assert not unanswered.done()
        await client.disconnect()
        with pytest.raises(asyncio.CancelledError):
            await unanswered
    ended = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert ended["connections"][0]["unanswered"] == 1


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("AUTH_KEY_UNREGISTERED", errors.AuthKeyUnregisteredError),
        ("AUTH_KEY_INVALID", errors.AuthKeyInvalidError),
        ("AUTH_KEY_PERM_EMPTY", errors.AuthKeyPermEmptyError),
        ("SESSION_REVOKED", errors.SessionRevokedError),
        ("SESSION_EXPIRED", errors.SessionExpiredError),
        ("USER_DEACTIVATED", errors.UserDeactivatedError),
        ("USER_DEACTIVATED_BAN", errors.UserDeactivatedBanError),
        ("AUTH_KEY_DUPLICATED", errors.AuthKeyDuplicatedError),
    ],
)
@asynchronous
async def test_error_is_the_one_that_telethon_knows(telegram: Controls, alice: Login, message, error):
    async with alice.client() as client:
        telegram.fault("error", on="messages.getHistory", error=message, times=1)

        with pytest.raises(error):
            await client.get_messages("me")
        assert await client.get_messages("me") == []


@asynchronous
async def test_flood_wait_says_how_long(telegram: Controls, alice: Login):
    async with alice.client(flood_sleep_threshold=0) as client:
        telegram.fault("error", on="messages.getHistory", error="FLOOD_WAIT_1000", times=1)

        with pytest.raises(errors.FloodWaitError) as caught:
            await client.get_messages("me")
    assert caught.value.seconds == 1000


@pytest.mark.parametrize("how", ["fin", "rst"])
@asynchronous
async def test_telethon_asks_again_after_a_dropped_connection(telegram: Controls, alice: Login, how):
    async with alice.client(retry_delay=0) as client:
        telegram.fault(how, on="messages.getHistory", times=1)

        assert await client.get_messages("me") == []
    ledger = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert (ledger["totals"]["connects"], ledger["totals"]["server_ends"], ledger["totals"]["overlaps"]) == (2, 1, 0)
    assert ledger["requests"]["help.getConfig"] == 1  # no new initConnection, so the second visit names no device
    assert [visit["device"] is None for visit in ledger["connections"]] == [False, True]


@asynchronous
async def test_dropped_connections_are_counted(telegram: Controls, alice: Login):
    async with alice.client(retry_delay=0) as client:
        dropped = telegram.drop_connections("fin", key_id=alice.key_id)
        await asyncio.to_thread(telegram.until, lambda ledger: ledger["totals"]["connects"] == 2)

        assert dropped == 1
        assert (await client.get_me()).username == "alice"


@pytest.mark.parametrize("how", ["fin", "rst"])
@asynchronous
async def test_server_that_closes_at_once_is_tried_again(telegram: Controls, alice: Login, how):
    telegram.fault(how, on="accept", times=3)

    async with alice.client(retry_delay=0, connection_retries=20) as client:
        assert (await client.get_me()).username == "alice"
    assert telegram.totals()["connects"] >= 4


@asynchronous
async def test_server_that_accepts_and_never_answers_keeps_connect_waiting(telegram: Controls, alice: Login):
    telegram.fault("never", on="accept")
    client = alice.client()
    waiting = asyncio.ensure_future(client.connect())

    ledger = await asyncio.to_thread(telegram.until, lambda ledger: ledger["totals"]["live"] == 1)
    assert not waiting.done()
    assert ledger["requests"] == {}  # its salt was wrong, and it was not told
    waiting.cancel()
    await client.disconnect()


@asynchronous
async def test_key_exchange_without_an_answer_keeps_connect_waiting(telegram: Controls):
    telegram.fault("never", on="handshake")
    client = telegram.client()
    waiting = asyncio.ensure_future(client.connect())

    await asyncio.to_thread(telegram.until, lambda ledger: ledger["totals"]["connects"] == 1)
    await asyncio.wait({waiting}, timeout=0.05)

    assert not waiting.done()
    waiting.cancel()
    await client.disconnect()


@asynchronous
async def test_key_exchange_that_is_reset_is_tried_again(telegram: Controls):
    telegram.fault("rst", on="handshake", times=1)
    client = telegram.client(retry_delay=0)

    await client.connect()
    await client.disconnect()

    assert telegram.totals()["connects"] == 2


@asynchronous
async def test_key_exchange_that_is_closed_makes_connect_raise(telegram: Controls):
    telegram.fault("fin", on="handshake", times=1)

    with pytest.raises(asyncio.IncompleteReadError):
        await telegram.client(retry_delay=0).connect()


@asynchronous
async def test_server_that_is_gone_refuses_and_comes_back_with_its_keys(telegram: Controls, alice: Login):
    telegram.go_down()
    with pytest.raises(ConnectionError):
        await alice.client(**QUICK).connect()

    telegram.come_back()
    async with alice.client(**QUICK) as client:
        assert (await client.get_me()).username == "alice"


@asynchronous
async def test_transport_error_404_ends_the_client(telegram: Controls, alice: Login):
    async with alice.client() as client:
        telegram.fault("transport", on="messages.getHistory", error="404")

        with pytest.raises(errors.AuthKeyNotFound):
            await client.get_messages("me")
        assert not client.is_connected()
        with pytest.raises(errors.AuthKeyNotFound):
            await client.disconnected


@asynchronous
async def test_transport_error_429_ends_the_client(telegram: Controls, alice: Login):
    client = alice.client()
    await client.connect()
    telegram.fault("transport", on="messages.getHistory", error="429")

    with pytest.raises(errors.InvalidBufferError):
        await client.get_messages("me")
    assert not client.is_connected()


@asynchronous
async def test_data_that_fits_the_kernel_keeps_a_left_connection_live(telegram: Controls, alice: Login):
    client = alice.client()
    await client.connect()
    uploads = await upload_to_nobody(telegram, client, megabytes=1)

    await client.disconnect()

    assert telegram.totals()["live"] == 1
    telegram.drop_connections()
    assert telegram.totals()["live"] == 0
    await asyncio.gather(*uploads, return_exceptions=True)


@asynchronous
async def test_data_that_does_not_fit_makes_disconnect_hang(telegram: Controls, alice: Login):
    client = alice.client(auto_reconnect=False)
    await client.connect()
    transport = client._sender._connection._writer.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    uploads = await upload_to_nobody(telegram, client, megabytes=1)
    await eventually(transport.get_write_buffer_size)

    leaving = asyncio.ensure_future(client.disconnect())
    await asyncio.wait({leaving}, timeout=0.2)

    assert not leaving.done()
    telegram.drop_connections()
    await leaving
    await asyncio.gather(*uploads, return_exceptions=True)


@asynchronous
async def test_reset_ends_a_connection_that_nobody_reads(telegram: Controls, alice: Login):
    client = alice.client(auto_reconnect=False)
    await client.connect()
    uploads = await upload_to_nobody(telegram, client, megabytes=1)
    sock = client._sender._connection._writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    await client.disconnect()

    ledger = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert ledger["totals"]["abrupt_ends"] == 1
    await asyncio.gather(*uploads, return_exceptions=True)


@asynchronous
async def test_fault_strikes_only_whom_it_is_for(telegram: Controls, alice: Login):
    bob = telegram.log_in(telegram.add_user(phone="+15550002", code="1", username="bob"))
    telegram.fault("error", on="messages.getHistory", error="SESSION_REVOKED", key_id=bob.key_id)

    async with alice.client() as one, bob.client() as other:
        assert await one.get_messages("me") == []
        with pytest.raises(errors.SessionRevokedError):
            await other.get_messages("me")


@asynchronous
async def test_cleared_fault_strikes_no_more(telegram: Controls, alice: Login):
    number = telegram.fault("error", on="messages.getHistory", error="SESSION_REVOKED")
    async with alice.client() as client:
        with pytest.raises(errors.SessionRevokedError):
            await client.get_messages("me")

        telegram.clear_faults(number)

        assert await client.get_messages("me") == []


def test_unknown_fault_is_refused(telegram: Controls):
    with pytest.raises(ValueError, match="no fault is called 'fire'"):
        telegram.fault("fire")


async def upload_to_nobody(telegram: Controls, client: TelegramClient, megabytes: int) -> list[asyncio.Future[object]]:
    """Make the server stop reading, and send it data; the answers that will never come."""
    telegram.fault("stop_reading", on="help.getConfig", times=1)
    await client(functions.help.GetConfigRequest())
    parts = [functions.upload.SaveFilePartRequest(1, part, os.urandom(500_000)) for part in range(2 * megabytes)]
    uploads = [asyncio.ensure_future(client(part)) for part in parts]
    # Until the last of it is in the socket: Telethon's own two queues are empty, and who took from them has run.
    await eventually(lambda: not client._sender._send_queue._deque and client._sender._connection._send_queue.empty())
    await asyncio.sleep(0.01)
    return uploads
