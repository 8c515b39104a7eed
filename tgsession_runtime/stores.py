"""Where leases are kept: what a store has to do, and what it says. `redis_store.py` is one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tgsession_runtime.holder import Holder


@dataclass(frozen=True, slots=True)
class Held:
    """A lease, as its store has it."""

    token: int
    """The fencing token: each grant's is higher than all before it. 0 while the store lets nobody in, after a restart."""
    holder: Holder | None
    """None where the store has lost who had it, or holds what is not ours."""
    left: float
    """Seconds until it ends, unless it is renewed; the settling time is in it."""

    def __str__(self) -> str:
        if self.token == 0:
            return f"nobody gets in for {self.left:.0f} s: the store was started anew, and may have forgotten a holder"
        return f"token {self.token}, ends in {self.left:.0f} s unless renewed: {self.holder or 'by whom is not known'}"

    def as_json(self) -> dict[str, Any]:
        """The lease for machines."""
        return {"token": self.token, "left": round(self.left, 1), "holder": asdict(self.holder) if self.holder else None}


class Store(Protocol):
    """A place that every host can reach. All of it raises `StoreError` when there is no answer in time."""

    address: str
    """For messages: no password stands in it."""

    def acquire(self, name: str, record: str, seconds: float, over: int = 0) -> int | Held:
        """Grant the lease *name* for *seconds*: its token. Or who has it, unless that is the token *over*.

        A store that may have forgotten a lease waits as long as that could last before it grants one.
        """

    def renew(self, name: str, token: int, record: str, seconds: float) -> bool:
        """Let the lease last *seconds* from now; False if another holder has had it since."""

    def release(self, name: str, token: int) -> bool:
        """End the lease at once, and for good: no renewal that is still under way brings it back. False if it was not *token*'s."""

    def read(self, name: str) -> Held | None:
        """Who has the lease; None if nobody has."""

    def close(self) -> None:
        """Let go of the connection."""

    def after_fork_in_child(self) -> None:
        """Let go of the connection without a word: it is the parent's."""


def shown(url: str) -> str:
    """*url* without what is secret in it, for messages."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}{parts.path}"
