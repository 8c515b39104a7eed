"""Users and bots: who can log in, with what, and the messages they have."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from telethon.tl import types
from telethon.tl.patched import Message

from .srp import Verifier

_FIRST_ID = 1_000_001
SERVICE_ID = 777_000  # Telegram's own account: who a pushed message is from when nobody is named


@dataclass(frozen=True)
class Account:
    """What a test knows of an account."""

    id: int
    phone: str | None = None
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    first_name: str = "Test"


@dataclass(slots=True, eq=False)
class Letter:
    """One message as one account sees it."""

    id: int
    peer: int
    sender: int
    text: str
    out: bool
    pts: int
    date: dt.datetime

    def as_tl(self) -> Message:
        """As it is sent to clients."""
        return Message(
            id=self.id,
            peer_id=types.PeerUser(self.peer),
            from_id=types.PeerUser(self.sender),
            message=self.text,
            date=self.date,
            out=self.out,
        )


@dataclass(eq=False)
class Profile:
    """An account as the server keeps it."""

    account: Account
    code: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    code_hash: str = field(default="", repr=False)
    code_expired: bool = False
    letters: list[Letter] = field(default_factory=list)
    pts: int = 1

    @cached_property
    def verifier(self) -> Verifier:
        """Its two-step password, as the server may know it."""
        return Verifier(self.password or "")

    def as_tl(self, viewer: Profile | None = None) -> types.User:
        """As *viewer* sees it."""
        account, is_self = self.account, viewer is self
        return types.User(
            id=account.id,
            is_self=is_self,
            access_hash=account.id * 7919,
            first_name=account.first_name,
            username=account.username,
            phone=account.phone.lstrip("+") if account.phone and is_self else None,
            bot=True if account.token else None,
            bot_info_version=1 if account.token else None,
        )

    def keep(self, peer: int, sender: int, text: str) -> Letter:
        """Add a message to a chat of this account."""
        self.pts += 1
        number = len(self.letters) + 1
        when = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
        letter = Letter(number, peer, sender, text, sender == self.account.id, self.pts, when)
        self.letters.append(letter)
        return letter

    def state(self) -> types.updates.State:
        """Where its updates are."""
        return types.updates.State(pts=self.pts, qts=0, date=dt.datetime.now(dt.timezone.utc), seq=0, unread_count=0)


class Accounts:
    """Everybody the server knows."""

    def __init__(self) -> None:
        service = Account(SERVICE_ID, username="telegram", first_name="Telegram")
        self._profiles: dict[int, Profile] = {SERVICE_ID: Profile(service)}

    def add(self, *, code: str | None = None, password: str | None = None, **fields: str | None) -> Profile:
        """A new account with the next free number."""
        account = Account(_FIRST_ID + len(self._profiles), **fields)  # type: ignore[arg-type]
        profile = Profile(account, code, password, code_hash=secrets.token_hex(9))
        self._profiles[account.id] = profile
        return profile

    def by_id(self, number: int) -> Profile | None:
        """The account with this number."""
        return self._profiles.get(number)

    def by_phone(self, phone: str) -> Profile | None:
        """The user with this phone, with or without the plus."""
        return self._first(lambda account: account.phone is not None and account.phone.lstrip("+") == phone.lstrip("+"))

    def by_token(self, token: str) -> Profile | None:
        """The bot with this token."""
        return self._first(lambda account: account.token is not None and account.token == token)

    def by_username(self, username: str) -> Profile | None:
        """The account with this name."""
        return self._first(lambda account: (account.username or "").lower() == username.lower().lstrip("@"))

    def _first(self, fits: Callable[[Account], bool]) -> Profile | None:
        return next((profile for profile in self._profiles.values() if fits(profile.account)), None)
