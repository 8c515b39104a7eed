"""Encrypted packets -> messages, and back: MTProto 2.0 as the server speaks it.

Source: core.telegram.org/mtproto/description.
"""

from __future__ import annotations

import os
import struct
import time
from dataclasses import dataclass
from hashlib import sha1, sha256

from . import ige

_CONTAINER = 0x73F1F8DC
_FROM_CLIENT, _FROM_SERVER = 0, 8  # "x" of the description: which parts of the auth key a direction uses


class BadPacketError(ValueError):
    """The packet was not made with the auth key that it names."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a client sent: one object, or one container of several."""

    salt: int
    session_id: int
    msg_id: int
    seq_no: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What the server sends: one object; an answer's id ends in 1, any other's in 3."""

    body: bytes
    is_answer: bool = True
    is_content: bool = True


def key_id_of(auth_key: bytes) -> int:
    """The low 64 bits of the key's SHA-1, by which every packet names its key."""
    return int.from_bytes(sha1(auth_key).digest()[-8:], "little")


def named_key(packet: bytes) -> int:
    """Which auth key a packet names; 0 in the key exchange, which is not encrypted."""
    return int.from_bytes(packet[:8], "little")


def open_packet(auth_key: bytes, packet: bytes) -> Message:
    """The message in *packet*.

    Raises:
        BadPacketError: the message key does not fit the content, or a length is impossible.
    """
    msg_key, cipher = packet[8:24], packet[24:]
    if not cipher or len(cipher) % 16:
        raise BadPacketError(f"{len(cipher)} bytes of cipher text")
    plain = ige.decrypt(cipher, *_aes_key(auth_key, msg_key, _FROM_CLIENT))
    if _msg_key(auth_key, plain, _FROM_CLIENT) != msg_key:
        raise BadPacketError("the message key does not fit")
    salt, session_id, msg_id, seq_no, length = struct.unpack_from("<qqqii", plain)
    if not 0 <= length <= len(plain) - 32 - 12:  # at least 12 bytes of padding
        raise BadPacketError(f"a message of {length} bytes")
    return Message(salt, session_id, msg_id, seq_no, plain[32 : 32 + length])


class Session:
    """One MTProto session: numbers what the server sends and encrypts it."""

    def __init__(self, auth_key: bytes, session_id: int) -> None:
        self.session_id = session_id
        self._auth_key = auth_key
        self._key_id = struct.pack("<Q", key_id_of(auth_key))
        self._content_sent = 0

    def seal(self, salt: int, messages: list[Outgoing]) -> bytes:
        """One packet with all of *messages*, in a container if there are several."""
        numbered = b"".join(map(self._numbered, messages))
        if len(messages) > 1:
            body = struct.pack("<Ii", _CONTAINER, len(messages)) + numbered
            numbered = self._numbered(Outgoing(body, is_answer=False, is_content=False))
        plain = struct.pack("<qq", salt, self.session_id) + numbered
        plain += os.urandom(-(len(plain) + 12) % 16 + 12)
        msg_key = _msg_key(self._auth_key, plain, _FROM_SERVER)
        return self._key_id + msg_key + ige.encrypt(plain, *_aes_key(self._auth_key, msg_key, _FROM_SERVER))

    def _numbered(self, message: Outgoing) -> bytes:
        seq_no = self._content_sent * 2 + message.is_content
        self._content_sent += message.is_content
        return struct.pack("<qii", new_msg_id(is_answer=message.is_answer), seq_no, len(message.body)) + message.body


_latest = 0


def new_msg_id(*, is_answer: bool) -> int:
    """A message id of the server: unix time times 2^32, greater than every one before."""
    global _latest  # noqa: PLW0603  ids grow across all connections of the process
    _latest = max(int(time.time() * (1 << 32)) & ~3, _latest + 4)
    return _latest | (1 if is_answer else 3)


def _msg_key(auth_key: bytes, plain: bytes, x: int) -> bytes:
    return sha256(auth_key[88 + x : 120 + x] + plain).digest()[8:24]


def _aes_key(auth_key: bytes, msg_key: bytes, x: int) -> tuple[bytes, bytes]:
    a = sha256(msg_key + auth_key[x : x + 36]).digest()
    b = sha256(auth_key[x + 40 : x + 76] + msg_key).digest()
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]
