"""What tests of stores do with them."""

from __future__ import annotations

from tgsession_runtime.holder import current
from tgsession_runtime.stores import Held, Store

LONG = 60.0


def granted(store: Store, name: str, seconds: float = 1.0, over: int = 0) -> int:
    """The token of a lease that was free; a store that has just been started gives one once it is as old as *seconds*."""
    while isinstance(found := store.acquire(name, record(), seconds, over), Held) and found.token == 0:
        pass
    assert isinstance(found, int), found
    return found


def record() -> str:
    return current().encode().decode().strip()
