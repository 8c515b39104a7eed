"""What happened on the server: connections, their ends, overlaps, dead keys. JSON, readable while it runs."""

from __future__ import annotations

import json
import os
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_START = time.time() - time.monotonic()

# How a connection can end, and the total that counts it. A client that was killed while idle ends in a plain FIN too:
# MTProto has no goodbye, so the server cannot tell.
ENDS = {"fin": "clean_ends", "rst": "abrupt_ends", "server": "server_ends", "ping_delay": "ping_delay_ends"}


def now() -> float:
    """Seconds since 1970 that never jump: comparable with `time.time()` of other processes."""
    return _START + time.monotonic()


@dataclass(slots=True, eq=False)
class Visit:
    """One TCP connection; live from its first encrypted packet (`first_use`) to its end."""

    id: int
    address: str
    port: int
    opened: float
    key_id: str | None = None
    first_use: float | None = None
    ended: float | None = None
    how: str | None = None
    unanswered: int = 0
    device: str | None = None


@dataclass(slots=True, eq=False)
class Overlap:
    """Two visits that were live with one auth key at the same time."""

    key_id: str
    connections: list[int]
    addresses: int
    started: float
    ms: float = 0.0
    over: bool = False


class Ledger:
    """The book that the server keeps. Times are epoch seconds."""

    def __init__(self) -> None:
        self.changes = 0
        self.requests: Counter[str] = Counter()
        self._totals: Counter[str] = Counter()
        self._visits: list[Visit] = []
        self._live: dict[str, list[Visit]] = defaultdict(list)
        self._overlaps: list[Overlap] = []
        self._open: list[Overlap] = []
        self._invalidations: list[dict[str, Any]] = []

    def connected(self, address: str, port: int) -> Visit:
        """A client has opened a TCP connection."""
        visit = Visit(len(self._visits) + 1, address, port, now())
        self._visits.append(visit)
        self._count("connects")
        return visit

    def used(self, visit: Visit, key_id: str) -> None:
        """The first packet of *visit* that is encrypted with a key; every other live visit of the key overlaps with it."""
        visit.key_id, visit.first_use = key_id, now()
        for other in self._live[key_id]:
            addresses = len({other.address, visit.address})
            overlap = Overlap(key_id, [other.id, visit.id], addresses, visit.first_use)
            self._overlaps.append(overlap)
            self._open.append(overlap)
            self._count("overlaps")
            self._totals["overlaps_two_addresses"] += addresses == 2
        self._live[key_id].append(visit)
        self._totals["live"] += 1

    def requested(self, method: str) -> None:
        """A request came in, wrappers taken off."""
        self.requests[method] += 1
        self.changes += 1

    def ended(self, visit: Visit, how: str, unanswered: int) -> None:
        """*visit* is over: see `ENDS` for *how*; with *unanswered* requests that were still waiting for their answers."""
        visit.ended, visit.how, visit.unanswered = now(), how, unanswered
        self._count(ENDS[how])
        if visit.key_id is None:
            return
        self._live[visit.key_id].remove(visit)
        self._totals["live"] -= 1
        for overlap in self._open:
            if visit.id in overlap.connections:
                overlap.ms, overlap.over = (visit.ended - overlap.started) * 1000, True
        self._open = [overlap for overlap in self._open if not overlap.over]

    def invalidated(self, key_id: str, method: str, connections: list[int], addresses: list[str], policy: str) -> None:
        """A key was destroyed because it was used twice at once."""
        self._invalidations.append(
            {"key_id": key_id, "at": now(), "method": method, "connections": connections, "addresses": addresses, "policy": policy}
        )
        self._count("invalidations")

    def count(self, total: str) -> None:
        """Add one to *total*."""
        self._count(total)

    def totals(self) -> dict[str, float]:
        """The sums alone: cheap also after many thousand connections."""
        names = ("connects", "live", *ENDS.values(), "overlaps", "overlaps_two_addresses", "invalidations", "refused_packets")
        longest = max(map(_milliseconds, self._overlaps), default=0.0)
        return {**{name: self._totals[name] for name in names}, "longest_overlap_ms": longest}

    def as_json(self) -> dict[str, Any]:
        """Everything."""
        return {
            "written": now(),
            "totals": self.totals(),
            "requests": dict(self.requests),
            "connections": [asdict(visit) for visit in self._visits],
            "overlaps": [{**asdict(overlap), "ms": _milliseconds(overlap)} for overlap in self._overlaps],
            "invalidations": list(self._invalidations),
        }

    def write(self, path: str | Path) -> None:
        """Write everything to *path*, whole or not at all."""
        beside = f"{path}.{os.getpid()}.part"
        Path(beside).write_text(json.dumps(self.as_json(), indent=1), encoding="utf-8")
        os.replace(beside, path)

    def _count(self, total: str) -> None:
        self._totals[total] += 1
        self.changes += 1


def _milliseconds(overlap: Overlap) -> float:
    return overlap.ms if overlap.over else (now() - overlap.started) * 1000
