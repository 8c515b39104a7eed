"""AES in IGE mode, by the OpenSSL that Telethon has loaded.

Telethon hands every byte over by itself, 40 µs and more a packet; a cycle of connect, `get_me` and disconnect has 17 of
them, and the server's share of a measurement has to be small. Where there is no OpenSSL, Telethon's own code does it.
"""

from __future__ import annotations

import ctypes
from typing import Any

from telethon.crypto import AES, libssl

_OPENSSL: Any = getattr(libssl, "_libssl", None)


def encrypt(plain: bytes, key: bytes, iv: bytes) -> bytes:
    """*plain*, a whole number of blocks of 16 bytes, under *key*."""
    return _openssl(plain, key, iv, _OPENSSL.AES_set_encrypt_key, 1) if _OPENSSL else bytes(AES.encrypt_ige(plain, key, iv))


def decrypt(cipher: bytes, key: bytes, iv: bytes) -> bytes:
    """What *cipher* was."""
    return _openssl(cipher, key, iv, _OPENSSL.AES_set_decrypt_key, 0) if _OPENSSL else bytes(AES.decrypt_ige(cipher, key, iv))


def _openssl(data: bytes, key: bytes, iv: bytes, set_key: Any, direction: int) -> bytes:
    schedule = libssl.AES_KEY()
    set_key(key, len(key) * 8, ctypes.byref(schedule))
    out, state = ctypes.create_string_buffer(len(data)), ctypes.create_string_buffer(iv, len(iv))
    _OPENSSL.AES_ige_encrypt(data, out, ctypes.c_size_t(len(data)), ctypes.byref(schedule), state, direction)
    return out.raw
