"""The exchange that makes an auth key: the server's side of Diffie-Hellman.

Source: core.telegram.org/mtproto/auth_key. What is lighter than there, so that a test is fast and no safer for it: pq is
small, and the server's exponent is the same for all keys of a process.
"""

from __future__ import annotations

import os
import struct
import time
from functools import partial
from hashlib import sha1
from typing import Any

from telethon import helpers
from telethon.crypto import AES, AuthKey
from telethon.extensions import BinaryReader
from telethon.tl import functions, types

from . import rsa_key
from .envelope import new_msg_id

_PRIMES = (1_000_003, 1_000_033)
_PQ = (_PRIMES[0] * _PRIMES[1]).to_bytes(8, "big")

# Telegram's own prime: Telethon's `password.py` lists it as good and would check any other for a long time.
DH_PRIME_BYTES = bytes.fromhex(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4db"
    "fa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b41"
    "0dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf"
    "6f4fadf034b10403119cd8e3b92fcc5b"
)
DH_PRIME = int.from_bytes(DH_PRIME_BYTES, "big")
G = 3
_A = int.from_bytes(os.urandom(256), "big")
_G_A = pow(G, _A, DH_PRIME).to_bytes(256, "big")


class HandshakeError(Exception):
    """The client's next step of the key exchange is not what it has to be."""


class Handshake:
    """One client's key exchange: three requests, and `auth_key` after the third."""

    def __init__(self) -> None:
        self.auth_key: bytes | None = None
        self._nonce = self._new_nonce = 0
        self._server_nonce = int.from_bytes(os.urandom(16), "big", signed=True)
        self._secret: tuple[bytes, bytes] = (b"", b"")

    def answer(self, packet: bytes) -> bytes:
        """The server's packet that follows *packet*."""
        request = BinaryReader(packet[20:]).tgread_object()
        reply = bytes(self._step(request))
        return struct.pack("<qqi", 0, new_msg_id(is_answer=True), len(reply)) + reply

    def _step(self, request: Any) -> Any:
        match request:
            case functions.ReqPqMultiRequest() | functions.ReqPqRequest():
                return self._challenge(request)
            case functions.ReqDHParamsRequest():
                return self._parameters(request)
            case functions.SetClientDHParamsRequest() if self._new_nonce:
                return self._agree(request)
        raise HandshakeError(f"{type(request).__name__} in the key exchange")

    def _challenge(self, request: functions.ReqPqMultiRequest) -> types.ResPQ:
        self._nonce = request.nonce
        return types.ResPQ(request.nonce, self._server_nonce, _PQ, [rsa_key.fingerprint()])

    def _parameters(self, request: functions.ReqDHParamsRequest) -> types.ServerDHParamsOk:
        self._check_nonces(request)
        inner = _checked(rsa_key.decrypt(request.encrypted_data), types.PQInnerData)
        self._new_nonce = inner.new_nonce
        self._secret = helpers.generate_key_data_from_nonce(self._server_nonce, self._new_nonce)
        answer = bytes(
            types.ServerDHInnerData(self._nonce, self._server_nonce, G, DH_PRIME_BYTES, _G_A, int(time.time()))
        )
        sealed = AES.encrypt_ige(sha1(answer).digest() + answer, *self._secret)
        return types.ServerDHParamsOk(self._nonce, self._server_nonce, sealed)

    def _agree(self, request: functions.SetClientDHParamsRequest) -> types.DhGenOk | types.DhGenRetry:
        self._check_nonces(request)
        inner = _checked(AES.decrypt_ige(request.encrypted_data, *self._secret), types.ClientDHInnerData)
        auth_key = pow(int.from_bytes(inner.g_b, "big"), _A, DH_PRIME).to_bytes(256, "big")
        hashed = partial(AuthKey(auth_key).calc_new_nonce_hash, self._new_nonce)
        if auth_key[0] == 0:
            # Telethon drops leading zeros, and its `StringSession` then adds as many at the end: another key.
            return types.DhGenRetry(self._nonce, self._server_nonce, hashed(2))
        self.auth_key = auth_key
        return types.DhGenOk(self._nonce, self._server_nonce, hashed(1))

    def _check_nonces(self, request: Any) -> None:
        if (request.nonce, request.server_nonce) != (self._nonce, self._server_nonce):
            raise HandshakeError("a nonce of another key exchange")


def _checked(hashed: bytes, kind: Any) -> Any:
    reader = BinaryReader(hashed[20:])
    inner = reader.tgread_object()
    if not isinstance(inner, kind) or sha1(hashed[20 : 20 + reader.tell_position()]).digest() != hashed[:20]:
        raise HandshakeError(f"no {kind.__name__} under the key")
    return inner
