"""The loopback Telegram: one server, and what a test can do with it."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telethon.tl import types

from . import login, methods  # noqa: F401  the two modules of methods fill the table
from .accounts import SERVICE_ID, Account, Accounts, Profile
from .auth_keys import KeyStore, KnownKey, Policy
from .connection import Connection
from .faults import Faults
from .ledger import Ledger
from .place import Place, control
from .rsa_key import trust
from .sessions import Login

_BACKLOG = 1024
_POLL = 0.005


class TelegramServer(Place):
    """A Telegram for one test, in the test's own event loop: `async with TelegramServer() as server`.

    `policy`, `after` and `linger` say when a key dies that is used twice at once (`auth_keys.Policy`). `receive_buffer` is
    the size in bytes of the kernel's buffer for what clients send: small, so that a client notices soon that nobody reads.
    """

    def __init__(
        self,
        *,
        policy: str = "ip",
        after: str = "406",
        linger: float = 0.0,
        address: str = "127.0.0.1",
        port: int = 0,
        ledger: str | Path | None = None,
        receive_buffer: int = 65_536,
    ) -> None:
        if not address.startswith("127."):
            raise ValueError(f"{address} is not a loopback address")
        self.address, self.port = address, port
        self.accounts = Accounts()
        self.keys = KeyStore()
        self.faults = Faults()
        self.book = Ledger()
        self.policy = Policy(policy, after, linger)
        self.connections: set[Connection] = set()
        self.login_tokens: dict[bytes, login.LoginToken] = {}
        self._ledger_path = ledger
        self._receive_buffer = receive_buffer
        self._listener: asyncio.Server | None = None
        self._failure: Exception | None = None

    async def __aenter__(self) -> TelegramServer:  # noqa: PYI034  `Self` is newer than Python 3.10
        trust()
        await self.come_back()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.go_down()
        if self._ledger_path:
            self.write_ledger()
        if self._failure:
            raise self._failure

    # -- accounts

    @control
    def add_user(
        self, *, phone: str, code: str, password: str | None = None, username: str | None = None, first_name: str = "Test"
    ) -> Account:
        """A user, who logs in with the one code that is always right, and a two-step password if there is one."""
        profile = self.accounts.add(code=code, password=password, phone=phone, username=username, first_name=first_name)
        return profile.account

    @control
    def add_bot(self, token: str, *, username: str | None = None) -> Account:
        """A bot."""
        return self.accounts.add(token=token, username=username, first_name="Bot").account

    @control
    def log_in(self, account: Account | int) -> Login:
        """A new auth key that is logged in already."""
        # Not by the exchange: that takes some 30 ms, and most tests are about keys that they have.
        known = self.keys.add(_random_key())
        known.profile = self._profile(account)
        return Login(known.profile.account.id, self.address, self.port, known.auth_key)

    @control
    def revoke(self, key: Login | str, error: str = "SESSION_REVOKED") -> None:
        """From now on the key gets this error: a 401, `AUTH_KEY_DUPLICATED`, or `404`, as if it had never been."""
        known = self.keys.find(key.key_id if isinstance(key, Login) else key)
        if known is None:
            raise ValueError(f"no auth key has the id {key!r}")
        known.refusal = error

    @control
    def expire_code(self, account: Account | int) -> None:
        """The code that was sent is too old from now on."""
        self._profile(account).code_expired = True

    @control
    def accept_login_token(self, token: bytes | str, account: Account | int) -> None:
        """Do what a phone does that reads a QR code: *token* is the code's token or its whole `tg://` address."""
        waiting = self.login_tokens.get(login.token_of(token))
        if waiting is None:
            raise ValueError("no such login token is waiting")
        waiting.profile = self._profile(account)
        self._push(waiting.known, types.UpdateShort(types.UpdateLoginToken(), date=None))

    @control
    def add_history(self, account: Account | int, texts: list[str]) -> None:
        """Messages that the account has written to itself ("me")."""
        profile = self._profile(account)
        for text in texts:
            profile.keep(profile.account.id, profile.account.id, text)

    @control
    def push_message(self, account: Account | int, text: str, sender: Account | int = SERVICE_ID) -> None:
        """A message arrives, and goes to the last active connection of every key of the account."""
        self.deliver(self._profile(account), self._profile(sender), text)

    # -- faults

    @control
    def fault(self, kind: str, on: str = "*", **details: Any) -> int:
        """Let something go wrong; `faults.py` says what there is. Returns its number, for `clear_faults`."""
        return self.faults.add(kind, on=on, **details)

    @control
    def clear_faults(self, number: int | None = None) -> None:
        """End one fault, or all."""
        self.faults.clear(number)

    @control
    def drop_connections(self, how: str = "rst", key_id: str | None = None) -> int:
        """End connections from this side, by `rst` or `fin`: all, or those of one key. Returns how many."""
        self._notice_ends()
        chosen = [one for one in self.connections if key_id in (None, one.visit.key_id) and not one.is_over]
        for connection in chosen:
            connection.hang_up(reset=how == "rst")
        return len(chosen)

    @control
    async def go_down(self) -> None:
        """Drop every connection and refuse new ones, as a server that is gone."""
        if self._listener:
            self._listener.close()
            self._listener = None
        self.drop_connections()

    @control
    async def come_back(self) -> None:
        """Listen, on the same port as before, with everything as it was."""
        if self._listener:
            return
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        sock.bind((self.address, self.port))
        self.port = sock.getsockname()[1]
        self._listener = await asyncio.get_running_loop().create_server(lambda: Connection(self), sock=sock, backlog=_BACKLOG)

    @control
    def set_policy(self, policy: str | None = None, *, after: str | None = None, linger: float | None = None) -> None:
        """Change when keys die; what is not named stays."""
        old = self.policy
        self.policy = Policy(policy or old.rule, after or old.after, old.linger if linger is None else linger)

    # -- ledger

    @control
    def ledger(self) -> dict[str, Any]:
        """What happened so far; README.md says what is in it."""
        self._notice_ends()
        return self.book.as_json()

    @control
    def totals(self) -> dict[str, float]:
        """The sums of the ledger alone: cheap also after many thousand connections."""
        self._notice_ends()
        return self.book.totals()

    @control
    def changes(self) -> int:
        """A number that grows with every entry of the ledger."""
        self._notice_ends()
        return self.book.changes

    @control
    def write_ledger(self, path: str | None = None) -> None:
        """Write the ledger to *path*, or where the server was told to, whole or not at all."""
        target = path or self._ledger_path
        if target is None:
            raise ValueError("no path for the ledger")
        self._notice_ends()
        self.book.write(target)

    async def until(self, holds: Callable[[dict[str, Any]], Any], timeout: float = 10.0) -> dict[str, Any]:
        """Wait until something holds of the ledger; the ledger at that moment.

        Raises:
            TimeoutError: it did not come to hold; the message has the totals.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while not holds(ledger := self.ledger()):
            if loop.time() > end:
                raise TimeoutError(f"not so after {timeout} s: {ledger['totals']}, {ledger['requests']}")
            await asyncio.sleep(_POLL)
        return ledger

    # -- for the rest of the server

    def failed(self, error: Exception) -> None:
        """Note a fault of the server's own, raised again when it stops; accept nobody else, or Telethon tries for ever."""
        self._failure = self._failure or error
        if self._listener:
            self._listener.close()


    def deliver(self, to: Profile, sender: Profile, text: str) -> None:
        """Keep a message for an account and push it to whoever is connected."""
        letter = to.keep(sender.account.id, sender.account.id, text)
        people = [profile.as_tl(to) for profile in {to, sender}]
        updates = types.Updates([types.UpdateNewMessage(letter.as_tl(), letter.pts, 1)], people, [], letter.date, 0)
        for known in self.keys.of(to):
            self._push(known, updates)

    def _push(self, known: KnownKey, updates: Any) -> None:
        listening = [one.conversation for one in known.live if one.conversation.wants_updates and not known.refusal]
        if listening:
            max(listening, key=lambda conversation: conversation.last_active).push(updates)

    def _notice_ends(self) -> None:
        for connection in list(self.connections):
            connection.notice_end()

    def _profile(self, account: Account | int) -> Profile:
        profile = self.accounts.by_id(account.id if isinstance(account, Account) else account)
        if profile is None:
            raise ValueError(f"no account {account!r}")
        return profile


def _random_key() -> bytes:
    return bytes([secrets.randbelow(255) + 1]) + secrets.token_bytes(255)  # no leading zero: see handshake.py
