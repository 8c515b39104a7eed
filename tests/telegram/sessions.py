"""Logged-in auth keys as Telethon keeps them: session files and strings that point at this server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from telethon import TelegramClient
from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession, StringSession
from telethon.sessions.abstract import Session

from .envelope import key_id_of

DC_ID = 2  # the one that Telethon begins with
API_ID, API_HASH = 1, "0" * 32

S = TypeVar("S", bound=Session)

MADE: set[bytes] = set()
"""Every auth key that this process has had a login of: what tests look for where no secret may be."""


@dataclass(frozen=True)
class Login:
    """One logged-in auth key. Several sessions made from one are several places that use the same key."""

    account_id: int
    address: str
    port: int
    auth_key: bytes = field(repr=False)
    dc_id: int = DC_ID

    def __post_init__(self) -> None:
        MADE.add(self.auth_key)

    @property
    def key_id(self) -> str:
        """The low 64 bits of the key's SHA-1, as 16 hexadecimal digits: Telethon's `auth_key.key_id`."""
        return f"{key_id_of(self.auth_key):016x}"

    def write(self, path: str | Path) -> Path:
        """Write a session file of Telethon's; its path, with the suffix that Telethon adds."""
        return _write(path, self.address, self.port, self.auth_key)

    def string(self) -> str:
        """As a `StringSession` writes it."""
        return self.fill(StringSession()).save()

    def client(self, **options: Any) -> TelegramClient:
        """Telethon's client, unchanged, on a string session of this key."""
        return client_of(self.fill(StringSession()), **options)

    def fill(self, session: S) -> S:
        """Put the key into any session object."""
        point(session, self.address, self.port)
        session.auth_key = AuthKey(self.auth_key)
        return session


def client_of(session: Session, **options: Any) -> TelegramClient:
    """Telethon's client, unchanged, with an api id and hash that this server accepts (as it does all)."""
    return TelegramClient(session, API_ID, API_HASH, **options)


def point(session: S, address: str, port: int) -> S:
    """Make a session without a key log in here instead of at Telegram."""
    session.set_dc(DC_ID, address, port)
    return session


def blank(path: str | Path, address: str, port: int) -> Path:
    """Write a session file that has no key and points here: the first login goes to this server."""
    return _write(path, address, port, None)


def _write(path: str | Path, address: str, port: int, auth_key: bytes | None) -> Path:
    session = SQLiteSession(str(path))
    try:
        point(session, address, port)
        session.auth_key = AuthKey(auth_key)
        session.save()
        return Path(session.filename)
    finally:
        session.close()
