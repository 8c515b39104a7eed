"""What happens to sessions and workers, told by comparing one look with the next."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tgsession_runtime import records, tombstones
from tgsession_runtime.errors import StoreError
from tgsession_runtime.holder import utc_now
from tgsession_runtime.leasing import Leases
from tgsession_runtime.session import with_key_if_readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_runtime.holder import Holder
    from tgsession_runtime.leasing import Leasing
    from tgsession_runtime.session import SessionName
    from tgsession_runtime.state import State
    from tgsession_runtime.stores import Held
    from tgsession_runtime.workers import Worker


@dataclass(frozen=True, slots=True)
class Look:
    """How things are at one moment."""

    holders: dict[str, dict[str, Holder]]
    """By session, by token: who holds it or waits for it, and who left without a word."""
    held: frozenset[str]
    revoked: dict[str, str]
    workers: dict[str, str]
    """By what names it, what a worker is called."""
    at: float
    """When this was, on a clock that does not jump."""
    leases: dict[str, Held]
    """By session, who has its lease, on whatever host."""
    store: str
    """Why the store of the leases gives no answer; empty where it does, or where there is none."""


class Event(NamedTuple):
    """Something that happened between two looks."""

    event: str
    """`acquired`, `released`, `waiting`, `unclean-end`, `revoked`, `worker-came`, `worker-went`, `leased`, `lease-ended`,
    `no-store`, `store-answers`."""
    subject: str
    message: str
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The event for machines, with the time of the look, UTC."""
        return {"at": utc_now(), "event": self.event, "subject": self.subject, "message": self.message, **self.details}


def look(names: Sequence[SessionName], state: State, running: Sequence[Worker], leasing: Leasing | None = None) -> Look:
    """Look at all that can be seen, beside the workers that are *running*; nothing is changed."""
    at, leases = time.monotonic(), Leases(leasing)
    leased: dict[str, Held] = {}
    store = ""
    holders: dict[str, dict[str, Holder]] = {}
    held, revoked = set(), {}
    for name in map(with_key_if_readable, names):
        locks = [one for one in (name.lock_path, state.key_lock(name.key_id_hex) if name.key_id is not None else None) if one]
        known = [one for path in locks for one in records.recorded(path, state.sharing(path))]
        holders[name.label] = {one.token: one for one in known}
        if not all(map(records.is_surely_free, locks)):
            held.add(name.label)
        if (record := tombstones.read(name, state)) is not None:
            revoked[name.label] = str(record["reason"])
        try:
            if (lease := leases.of(name)) is not None:
                leased[name.label] = lease
        except StoreError as error:
            store = str(error)
    known_workers = {f"{one.process.pid} {one.process.started}": str(one) for one in running}
    return Look(holders, frozenset(held), revoked, known_workers, at, leased, store)


def changes(before: Look, now: Look) -> Iterator[Event]:
    """What happened from one look to the next; a claim that began and ended in between is not seen."""
    for label, holders in now.holders.items():
        was = before.holders.get(label, {})
        for token, holder in holders.items():
            yield from _of_holder(label, was.get(token), holder)
        if label in before.held and label not in now.held:
            yield from (
                Event("unclean-end", label, f"{one} ended without releasing it", asdict(one))
                for one in holders.values()
                if one.state == "holding"
            )
    yield from _of_leases(before, now)
    for label, reason in now.revoked.items():
        if label not in before.revoked:
            yield Event("revoked", label, f"Telegram has ended its login: {reason}", {"reason": reason})
    for key in now.workers.keys() - before.workers.keys():
        yield Event("worker-came", "workers", now.workers[key], {"pid": int(key.split()[0])})
    for key in before.workers.keys() - now.workers.keys():
        yield Event("worker-went", "workers", before.workers[key], {"pid": int(key.split()[0])})


def _of_holder(label: str, was: Holder | None, now: Holder) -> Iterator[Event]:
    if was is not None and was.state == now.state:
        return
    names = {"holding": "acquired", "released": "released", "waiting": "waiting"}
    yield Event(names[now.state], label, str(now), asdict(now))


def _of_leases(before: Look, now: Look) -> Iterator[Event]:
    """What happened to the leases; nothing is known of them while the store does not answer."""
    if now.store:
        if not before.store:
            yield Event("no-store", "leases", now.store, {})
        return
    if before.store:
        yield Event("store-answers", "leases", "the lease store answers again", {})
    for label, lease in now.leases.items():
        was = before.leases.get(label)
        if was is None or was.token != lease.token:
            yield Event("leased", label, str(lease), {"lease": lease.as_json()})
    for label in before.leases.keys() - now.leases.keys():
        lease = before.leases[label]
        ran_out = lease.left <= now.at - before.at
        how = "ran out" if ran_out else "was given back"
        yield Event("lease-ended", label, f"the lease with token {lease.token} {how}", {"lease": lease.as_json(), "ran_out": ran_out})
