"""What time Telegram has: asked without a login, without a key, and without touching any session.

The first step of making an auth key is one unencrypted packet each way, and belongs to nobody: `req_pq_multi` with a random
number. The answer's message id holds the server's time, by which Telegram judges each message.
Source: core.telegram.org/mtproto/auth_key, step 1; core.telegram.org/mtproto/description, "Message Identifier (msg_id)".
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PRODUCTION = ("149.154.167.51", 443)
"""Data centre 2, where there is no session that names another. Source: telethon/client/telegrambaseclient.py, `DEFAULT_IPV4_IP`."""
_REQ_PQ_MULTI = 0xBE7E8EF1
_RES_PQ = 0x05162463
_INTERMEDIATE = b"\xee" * 4


def clock_offset(address: tuple[str, int], timeout: float, clock: Callable[[], float] = time.time) -> tuple[float, float]:
    """By how many seconds this system's clock is ahead of Telegram's, and how far off that may be.

    Raises:
        OSError: no answer in *timeout* seconds, or none of Telegram's.
    """
    with socket.create_connection(address, timeout) as connection:
        connection.settimeout(timeout)
        nonce = secrets.token_bytes(16)
        asked, begun = clock(), time.monotonic()
        connection.sendall(_INTERMEDIATE + _packet(nonce, asked))
        there = _server_time(_answer(connection, begun + timeout), nonce)
        took = time.monotonic() - begun
    return asked + took / 2 - there, took / 2


def _packet(nonce: bytes, now: float) -> bytes:
    body = struct.pack("<I", _REQ_PQ_MULTI) + nonce
    message = struct.pack("<qqi", 0, int(now * (1 << 32)) & ~3, len(body)) + body
    return struct.pack("<i", len(message)) + message


def _answer(connection: socket.socket, end: float) -> bytes:
    length = int.from_bytes(_exactly(connection, 4, end), "little")
    if not 40 <= length <= 4096:
        raise ConnectionError("what answers there is not Telegram")
    return _exactly(connection, length, end)


def _exactly(connection: socket.socket, size: int, end: float) -> bytes:
    found = b""
    while len(found) < size:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        connection.settimeout(left)
        more = connection.recv(size - len(found))
        if not more:
            raise ConnectionError("the connection was closed without an answer")
        found += more
    return found


def _server_time(packet: bytes, nonce: bytes) -> float:
    key, message, _, kind = struct.unpack_from("<qQiI", packet)
    if key != 0 or kind != _RES_PQ or packet[24:40] != nonce:
        raise ConnectionError("what answers there is not Telegram")
    return float(message) / (1 << 32)
