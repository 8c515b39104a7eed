"""The auth keys that the server knows, and the rule by which one dies that is used twice at once.

What is documented: core.telegram.org/api/errors, 406 AUTH_KEY_DUPLICATED, "sending requests in parallel from two separate
TCP connections, from the same or different IP addresses". What the real servers do for one address is not known, so both
are here. README.md says what else is assumed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import ledger
from .envelope import key_id_of

if TYPE_CHECKING:
    from .accounts import Profile
    from .connection import Connection
    from .ledger import Ledger

DUPLICATED = "AUTH_KEY_DUPLICATED"
AFTERWARDS = {"406": DUPLICATED, "401": "AUTH_KEY_UNREGISTERED", "404": "404"}
RULES = ("ip", "strict", "none")


@dataclass(slots=True, eq=False)
class KnownKey:
    """One auth key: whose it is, who is live with it, and whether it is refused."""

    auth_key: bytes = field(repr=False)
    salt: int = field(default_factory=lambda: secrets.randbits(63), repr=False)
    profile: Profile | None = None
    half_in: Profile | None = None  # the code was right, the password is still to come
    refusal: str | None = None  # what connections get from now on; "404": the key is as good as unknown
    live: list[Connection] = field(default_factory=list)
    left: list[tuple[str, float]] = field(default_factory=list)  # client addresses and when they went
    key_id: str = ""

    def __post_init__(self) -> None:
        self.key_id = f"{key_id_of(self.auth_key):016x}"


@dataclass(slots=True)
class Policy:
    """When a key dies, and what its later connections get.

    `rule`: `ip` (live from two client addresses), `strict` (from two connections), `none`. `after`: `406`, `401` or `404`.
    `linger`: seconds for which a connection that has ended still counts.
    """

    rule: str = "ip"
    after: str = "406"
    linger: float = 0.0

    def __post_init__(self) -> None:
        if self.rule not in RULES or self.after not in AFTERWARDS:
            raise ValueError(f"policy {self.rule!r}, after {self.after!r}: know {RULES} and {tuple(AFTERWARDS)}")

    def judge(self, known: KnownKey, connection: Connection, method: str, book: Ledger) -> None:
        """Destroy a key that makes a request while another connection is live that may not use it."""
        if known.refusal or connection.refusal or self.rule == "none":
            return
        rivals, addresses = self._rivals(known, connection)
        if not addresses:
            return
        known.refusal = AFTERWARDS[self.after]
        for one in known.live:
            one.refusal = DUPLICATED
        numbers = sorted([*rivals, connection.visit.id])
        book.invalidated(known.key_id, method, numbers, sorted({*addresses, connection.address}), self.rule)

    def _rivals(self, known: KnownKey, connection: Connection) -> tuple[list[int], list[str]]:
        """Connections that may not be live while *connection* makes a request, and addresses that may not have been."""
        for other in list(known.live):
            other.notice_end()
        others = [other for other in known.live if other is not connection and self._collide(other.address, connection)]
        known.left = [(address, at) for address, at in known.left if ledger.now() - at < self.linger]
        gone = [address for address, _ in known.left if self._collide(address, connection)]
        return [other.visit.id for other in others], [*(other.address for other in others), *gone]

    def _collide(self, address: str, connection: Connection) -> bool:
        return self.rule == "strict" or address != connection.address


class KeyStore:
    """All keys by their id."""

    def __init__(self) -> None:
        self._keys: dict[int, KnownKey] = {}

    def add(self, auth_key: bytes) -> KnownKey:
        """Know *auth_key* from now on."""
        known = KnownKey(auth_key)
        self._keys[key_id_of(auth_key)] = known
        return known

    def find(self, key_id: int | str) -> KnownKey | None:
        """The key with this id, as a number or as 16 hexadecimal digits."""
        return self._keys.get(int(key_id, 16) if isinstance(key_id, str) else key_id)

    def of(self, profile: Profile) -> list[KnownKey]:
        """The keys that are logged in to an account."""
        return [known for known in self._keys.values() if known.profile is profile]
