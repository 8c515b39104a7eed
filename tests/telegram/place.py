"""What all three forms of the server have in common: where it is, and what a test can tell it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from telethon import TelegramClient
from telethon.sessions import StringSession

from . import sessions
from .rsa_key import PUBLIC_KEY
from .sessions import API_HASH, API_ID, DC_ID, S

F = TypeVar("F", bound=Callable[..., Any])

CONTROLS: set[str] = set()


def control(function: F) -> F:
    """A method of the server that its other forms have as well, under the same name."""
    CONTROLS.add(function.__name__)
    return function


class Place:
    """Where a server is, and sessions for first logins there."""

    address: str
    port: int
    dc_id = DC_ID
    api_id = API_ID
    api_hash = API_HASH
    public_key = PUBLIC_KEY

    def client(self, **options: Any) -> TelegramClient:
        """Telethon's client, unchanged, not logged in, whose first login goes to this server."""
        return sessions.client_of(self.point(StringSession()), **options)

    def blank_session(self, path: str | Path) -> Path:
        """Write a session file without a key that points here: the first login goes to this server."""
        return sessions.blank(path, self.address, self.port)

    def point(self, session: S) -> S:
        """Make a session object without a key log in here."""
        return sessions.point(session, self.address, self.port)
