"""The server's RSA key: a fixed one for tests, worth nothing anywhere else.

It is kept here, so that a server starts at once: making a key of 2,048 bits takes a second and more.
A client learns it by Telethon's own `telethon.crypto.rsa.add_key`; `trust()` calls that.

Source: core.telegram.org/mtproto/auth_key, step 4.1 ("RSA_PAD" came later; Telethon pads the older way).
"""

from __future__ import annotations

from hashlib import sha1

import rsa
from telethon.crypto import rsa as known_keys
from telethon.tl import TLObject

_P = int(
    "8ddc306c79e1cee94d8a99e8c1ddbb407253ba467b0e37a9e4e8c839f03e5f39481072d78b827bab6d7d305b5515390effcb"
    "45dfbec6b393b3039eb071ebe19ac7d8a4ea0e2dd70417c3a69f0da8a55a812d5c90c4f157d5dc20abde15a118a919ad48e4"
    "0db70934d85a43d1812a306f213fe3041a52ffa3dc2c802d2e0a113a28aba9c7f9a75203",
    16,
)
_Q = int(
    "ebe8bce94a25f16538c211bc19fc71bf164afd47754516143a20236e93883014347d6250d8a3619ffe1226b5e36fc2fbc1af"
    "d838c01428e028beb72da172e94e1b3d8872296c9f1843fcabbaceafe57df53bd286dbb14e7f95836636ad3c5a75872357c2"
    "e8903f7cf2cd5bd98a842107acf2e7f83eef0dbf",
    16,
)
_E = 65537
_N = _P * _Q
_D = pow(_E, -1, (_P - 1) * (_Q - 1))

PUBLIC_KEY: str = rsa.PublicKey(_N, _E).save_pkcs1().decode("ascii")


def trust() -> None:
    """Tell Telethon, in this process, to believe a server that has the test key."""
    known_keys.add_key(PUBLIC_KEY, old=False)


def fingerprint() -> int:
    """Which key this is: what the server offers, and what the client picks from the keys it trusts."""
    numbers = (n.to_bytes((n.bit_length() + 7) // 8, "big") for n in (_N, _E))
    return int.from_bytes(sha1(b"".join(map(TLObject.serialize_bytes, numbers))).digest()[-8:], "little", signed=True)


def decrypt(data: bytes) -> bytes:
    """The 255 bytes that the client put under the public key."""
    number = int.from_bytes(data, "big")
    # Two powers of half the length and the remainder theorem take a quarter of the time of one long power.
    by_p, by_q = pow(number, _D % (_P - 1), _P), pow(number, _D % (_Q - 1), _Q)
    plain = by_q + _Q * (pow(_Q, -1, _P) * (by_p - by_q) % _P)
    return (plain & (1 << 255 * 8) - 1).to_bytes(255, "big")
