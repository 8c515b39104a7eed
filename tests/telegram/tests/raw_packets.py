"""Packets as a client sends them, without a client: for what Telethon never does, or does too fast to be seen."""

from __future__ import annotations

import os
import struct
import time

from telethon.crypto import AuthKey
from telethon.network.mtprotostate import MTProtoState
from telethon.tl.functions import PingRequest


class _NoLoggers(dict):
    def __missing__(self, name: str) -> None:
        return None


def from_client(auth_key: bytes) -> bytes:
    """A ping, encrypted by Telethon's own code."""
    state = MTProtoState(AuthKey(auth_key), loggers=_NoLoggers())
    ping = bytes(PingRequest(int.from_bytes(os.urandom(7), "big")))
    return state.encrypt_message_data(struct.pack("<qii", int(time.time()) << 32, 1, len(ping)) + ping)
