"""Where leases are kept, on what terms, and who has which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tgsession_runtime.errors import StoreError
from tgsession_runtime.holder import is_ending, is_same_process, liveness
from tgsession_runtime.setting import POSTGRES
from tgsession_runtime.stores import shown

if TYPE_CHECKING:
    from tgsession_runtime.session import SessionName
    from tgsession_runtime.stores import Held, Store
    from tgsession_runtime.terms import Terms


@dataclass(frozen=True, slots=True)
class Leasing:
    """Where leases are kept, and on what terms."""

    url: str
    terms: Terms
    required: bool = True
    """Whether a store that cannot be reached keeps everybody out."""

    def __repr__(self) -> str:
        return f"<Leasing {self.address}>"

    @property
    def address(self) -> str:
        """The store, for messages."""
        return shown(self.url)

    def open(self) -> Store:
        """The store itself; nothing is connected before it is asked for something."""
        if self.url.partition("://")[0] in POSTGRES:
            from tgsession_runtime.postgres_store import PostgresStore

            return PostgresStore(self.url, self.terms.answer)
        from tgsession_runtime.redis_store import RedisStore

        return RedisStore(self.url, self.terms.answer)

    def read(self, key_id: str) -> Held | None:
        """Who has the lease of the auth key *key_id*; None if nobody has, or who had it is proven gone.

        Raises:
            StoreError: the store does not answer.
        """
        store = self.open()
        try:
            held = store.read(key_id)
        finally:
            store.close()
        return None if held is None or left_behind(held) else held

    def release(self, key_id: str, token: int) -> bool:
        """End the lease of somebody else, if it is still that of *token*.

        Raises:
            StoreError: the store does not answer.
        """
        store = self.open()
        try:
            return store.release(key_id, token)
        finally:
            store.close()


class Leases:
    """One look at the leases of several sessions: each is read once, and a store that fails is not asked again."""

    def __init__(self, leasing: Leasing | None) -> None:
        self.leasing = leasing
        self._found: dict[str, Held | None] = {}
        self._error: StoreError | None = None

    def of(self, name: SessionName) -> Held | None:
        """Who has the lease of *name*; None if nobody has, or no store is configured.

        Raises:
            StoreError: the store does not answer.
        """
        key_id = name.key_id_hex
        if self.leasing is None or name.key_id is None:
            return None
        if key_id not in self._found:
            if self._error is not None:
                raise self._error
            try:
                self._found[key_id] = self.leasing.read(key_id)
            except StoreError as error:
                self._error = error
                raise
        return self._found[key_id]


def left_behind(held: Held) -> int:
    """The token of *held*, if its holder is proven gone or is this very process, which left it to run out; else 0.

    Only whoever holds the locks of this host asks for the lease: nobody here still uses the session.
    """
    one = held.holder
    if one is not None and (is_same_process(one) or (liveness(one) == "gone" and not is_ending(one))):
        return held.token
    return 0
