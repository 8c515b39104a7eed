"""Bytes of a TCP connection -> packets, and back: how Telegram frames what it sends.

Source: core.telegram.org/mtproto/mtproto-transports.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from zlib import crc32

from telethon.crypto import AESModeCTR

_LONGEST = 1 << 24  # no packet of MTProto is longer


class BadFrameError(Exception):
    """These bytes are no packet of the transport that the connection began with."""


class Framing(ABC):
    """One of Telegram's ways to put packets on a connection."""

    @abstractmethod
    def take(self, buffer: bytearray) -> bytes | None:
        """The first whole packet of *buffer*, removed from it; None when more has to come."""

    @abstractmethod
    def frame(self, packet: bytes) -> bytes:
        """*packet* as it goes on the wire."""

    def refuse(self, code: int) -> bytes:
        """The transport error by which the server refuses a whole connection: 404, 429."""
        return self.frame(struct.pack("<i", -code))


class Full(Framing):
    """Length, number of the packet, packet, checksum: what Telethon uses by default."""

    def __init__(self) -> None:
        self._sent = 0

    def take(self, buffer: bytearray) -> bytes | None:
        if len(buffer) < 4:
            return None
        length = int.from_bytes(buffer[:4], "little")
        if not 12 <= length <= _LONGEST:
            raise BadFrameError(f"a full packet of {length} bytes")
        whole = _cut(buffer, length)
        if whole is not None and crc32(whole[:-4]) != int.from_bytes(whole[-4:], "little"):
            raise BadFrameError("a full packet with a wrong checksum")
        return None if whole is None else whole[8:-4]

    def frame(self, packet: bytes) -> bytes:
        framed = struct.pack("<ii", len(packet) + 12, self._sent) + packet
        self._sent += 1
        return framed + struct.pack("<I", crc32(framed))

    def refuse(self, code: int) -> bytes:
        # Telethon has met 429 without length and checksum, LonamiWebs/Telethon #4042, and knows it only so.
        return struct.pack("<3i", -code, -code, -code) if code == 429 else super().refuse(code)


class Intermediate(Framing):
    """Length and packet."""

    def take(self, buffer: bytearray) -> bytes | None:
        if len(buffer) < 4:
            return None
        length = int.from_bytes(buffer[:4], "little")
        if length > _LONGEST:
            raise BadFrameError(f"an intermediate packet of {length} bytes")
        whole = _cut(buffer, 4 + length)
        return None if whole is None else whole[4:]

    def frame(self, packet: bytes) -> bytes:
        return struct.pack("<i", len(packet)) + packet


class PaddedIntermediate(Intermediate):
    """Length and packet, with up to three random bytes behind it."""

    def take(self, buffer: bytearray) -> bytes | None:
        padded = super().take(buffer)
        return None if padded is None else padded[: len(padded) & ~3]


class Abridged(Framing):
    """Length in words of four bytes, in one byte or in four, and packet."""

    def take(self, buffer: bytearray) -> bytes | None:
        head = 1 if buffer[:1] < b"\x7f" else 4
        if len(buffer) < head:
            return None
        words = buffer[0] if head == 1 else int.from_bytes(buffer[1:4], "little")
        whole = _cut(buffer, head + words * 4)
        return None if whole is None else whole[head:]

    def frame(self, packet: bytes) -> bytes:
        words = len(packet) // 4
        head = bytes([words]) if words < 0x7F else b"\x7f" + words.to_bytes(3, "little")
        return head + packet


class Obfuscated(Framing):
    """Any of the others under AES-CTR; the 64 bytes that begin the connection hold the keys."""

    HEADER = 64

    def __init__(self, header: bytes) -> None:
        backwards = header[55:7:-1]
        self._incoming = AESModeCTR(header[8:40], header[40:56])
        self._outgoing = AESModeCTR(backwards[:32], backwards[32:48])
        tag = self._incoming.encrypt(header)[56:60]
        if tag not in _TAGS:
            raise BadFrameError("an obfuscated connection of no known kind")
        self._inner = _TAGS[tag]()
        self._plain = bytearray()

    def take(self, buffer: bytearray) -> bytes | None:
        if buffer:
            self._plain += self._incoming.encrypt(bytes(buffer))
            buffer.clear()
        return self._inner.take(self._plain)

    def frame(self, packet: bytes) -> bytes:
        return bytes(self._outgoing.encrypt(self._inner.frame(packet)))


_TAGS: dict[bytes, type[Abridged | Intermediate]] = {
    b"\xef" * 4: Abridged,
    b"\xee" * 4: Intermediate,
    b"\xdd" * 4: PaddedIntermediate,
}


def recognise(buffer: bytearray) -> Framing | None:
    """The framing that a connection begins with, its mark removed from *buffer*; None when more has to come."""
    if buffer[:1] == b"\xef":
        del buffer[:1]
        return Abridged()
    if len(buffer) >= 4 and bytes(buffer[:4]) in _TAGS:
        return _TAGS[bytes(_cut(buffer, 4) or b"")]()
    if len(buffer) >= 8 and buffer[4:8] == bytes(4):  # the number of the first full packet
        return Full()
    if len(buffer) >= Obfuscated.HEADER:
        return Obfuscated(_cut(buffer, Obfuscated.HEADER) or b"")
    return None


def _cut(buffer: bytearray, length: int) -> bytes | None:
    if len(buffer) < length:
        return None
    head = bytes(buffer[:length])
    del buffer[:length]
    return head
