"""Framing and encryption: what the server takes, and that it refuses what a broken client sends."""

from __future__ import annotations

import os
import socket
import struct

import pytest
from raw_packets import from_client
from telethon.crypto import AES
from telethon.network import connection as ways

from tests.telegram import Controls, Login, TelegramServer, asynchronous, ige
from tests.telegram.envelope import Outgoing, Session, open_packet
from tests.telegram.transport import Full, recognise

WAYS = [ways.ConnectionTcpFull, ways.ConnectionTcpAbridged, ways.ConnectionTcpIntermediate, ways.ConnectionTcpObfuscated]


@pytest.mark.parametrize("way", WAYS)
@asynchronous
async def test_telethon_connects_in_every_way(telegram: Controls, alice: Login, way):
    telegram.add_history(alice.account_id, ["x" * 4000])  # longer than the short form of any length

    async with alice.client(connection=way) as client:
        [message] = await client.get_messages("me")

        assert len(message.text) == 4000


@asynchronous
async def test_long_requests_come_packed(telegram: Controls, alice: Login):
    async with alice.client() as client:
        sent = await client.send_message("me", "many words " * 300)

        assert [message.text for message in await client.get_messages("me")] == [sent.text]


@pytest.mark.parametrize("cut", [1, 7, 63])
@pytest.mark.parametrize("way", [way.packet_codec for way in WAYS[:3]])
def test_packets_are_found_wherever_the_bytes_are_cut(way, cut):
    codec = way(None)
    sent = [os.urandom(size) for size in (8, 400, 600)]
    stream = (way.tag or b"") + b"".join(map(codec.encode_packet, sent))
    buffer, framing, found = bytearray(), None, []

    for start in range(0, len(stream), cut):
        buffer += stream[start : start + cut]
        framing = framing or recognise(buffer)
        while framing and (packet := framing.take(buffer)) is not None:
            found.append(packet)

    assert found == sent


@pytest.mark.parametrize("blocks", [1, 2, 64])
def test_cipher_is_telethons(blocks):
    text, key, iv = os.urandom(16 * blocks), os.urandom(32), os.urandom(32)

    assert ige.encrypt(text, key, iv) == AES.encrypt_ige(text, key, iv)
    assert ige.decrypt(text, key, iv) == AES.decrypt_ige(text, key, iv)


def test_unknown_key_is_refused_with_404(telegram: Controls):
    answer = exchange(telegram, Full().frame(os.urandom(24) + os.urandom(64)))

    assert struct.unpack("<iii", answer[:12]) == (16, 0, -404)
    assert telegram.totals()["live"] == 0


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda packet: packet[:8] + os.urandom(16) + packet[24:], id="message key"),
        pytest.param(lambda packet: packet[:-16] + os.urandom(16), id="cipher text"),
        pytest.param(lambda packet: packet[:-3], id="length"),
    ],
)
def test_packet_that_was_not_made_with_its_key_ends_the_connection(telegram: Controls, alice: Login, broken):
    answer = exchange(telegram, Full().frame(broken(from_client(alice.auth_key))))

    assert answer == b""
    totals = telegram.totals()
    assert (totals["refused_packets"], totals["live"], totals["server_ends"]) == (1, 0, 1)


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\x10\0\0\0" + bytes(4) + b"abcdefgh", id="checksum"),
        pytest.param(b"\0\0\0\0" + bytes(4), id="length"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b" " * 64, id="another protocol"),
        pytest.param(Full().frame(bytes(20) + b"abcdefgh"), id="no request of the key exchange"),
    ],
)
def test_garbage_ends_the_connection(telegram: Controls, garbage):
    assert exchange(telegram, garbage) == b""
    assert telegram.totals()["refused_packets"] == 1


def test_sealed_packet_is_open_to_nobody_without_the_key(alice: Login):
    sealed = Session(alice.auth_key, 1).seal(0, [Outgoing(b"body")])

    with pytest.raises(ValueError, match="does not fit"):
        open_packet(os.urandom(256), sealed)


def test_only_loopback_is_served():
    with pytest.raises(ValueError, match="not a loopback address"):
        TelegramServer(address="0.0.0.0")


def exchange(telegram: Controls, data: bytes) -> bytes:
    """What the server answers to these bytes before it closes."""
    with socket.create_connection((telegram.address, telegram.port), timeout=5) as sock:
        sock.sendall(data)
        answer = b""
        while more := sock.recv(1024):
            answer += more
        return answer
