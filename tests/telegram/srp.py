"""The two-step password: the server's side of SRP, which never sees the password.

Source: core.telegram.org/api/srp.
"""

from __future__ import annotations

import os
import secrets
from hashlib import sha256

from telethon.password import compute_digest
from telethon.tl import types

from .handshake import DH_PRIME, DH_PRIME_BYTES, G

_G_BYTES = G.to_bytes(256, "big")
_K = int.from_bytes(sha256(DH_PRIME_BYTES + _G_BYTES).digest(), "big")


class Verifier:
    """What the server keeps of a password, and one question open at a time."""

    def __init__(self, password: str) -> None:
        self._salts = os.urandom(16), os.urandom(16)
        self._v = int.from_bytes(compute_digest(self._algorithm(), password), "big")
        self._b = self._id = 0

    def question(self) -> types.account.Password:
        """What `account.getPassword` answers; the question before it counts no more."""
        self._b, self._id = secrets.randbits(2048), secrets.randbits(62)
        return types.account.Password(
            new_algo=self._algorithm(),
            new_secure_algo=types.SecurePasswordKdfAlgoUnknown(),
            secure_random=os.urandom(16),
            has_password=True,
            current_algo=self._algorithm(),
            srp_B=self._public.to_bytes(256, "big"),
            srp_id=self._id,
        )

    def accepts(self, answer: types.InputCheckPasswordSRP) -> bool:
        """Whether the client knows the password."""
        if not self._b or answer.srp_id != self._id:
            return False
        a, b = answer.A.rjust(256, b"\0"), self._public.to_bytes(256, "big")
        u = int.from_bytes(_hash(a, b), "big")
        s = pow(int.from_bytes(a, "big") * pow(self._v, u, DH_PRIME), self._b, DH_PRIME)
        mixed = bytes(x ^ y for x, y in zip(_hash(DH_PRIME_BYTES), _hash(_G_BYTES), strict=True))
        salts = [_hash(salt) for salt in self._salts]
        expected = _hash(mixed, *salts, a, b, _hash(s.to_bytes(256, "big")))
        self._b = 0
        return secrets.compare_digest(expected, answer.M1)

    @property
    def _public(self) -> int:
        return (_K * self._v + pow(G, self._b, DH_PRIME)) % DH_PRIME

    def _algorithm(self) -> types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow:
        return types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(*self._salts, G, DH_PRIME_BYTES)


def no_password() -> types.account.Password:
    """What `account.getPassword` answers for an account without one."""
    return types.account.Password(
        new_algo=types.PasswordKdfAlgoUnknown(), new_secure_algo=types.SecurePasswordKdfAlgoUnknown(), secure_random=os.urandom(16)
    )


def _hash(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()
