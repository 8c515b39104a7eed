"""Leases under fire: `python -m tests.stress.lease [--short] [--store postgres]`.

Hosts with an address, a name, a state folder and a boot id each contend for a few logins, through a store that each reaches by
a network of its own. Processes are killed, and stopped for up to three times the lease; the store is stopped, and started anew
with and without its data; networks hang and break. The ledger of the loopback Telegram says whether one login was ever live from
two addresses. The same once more without Telegram's timer, to show that this would be seen.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.celery_support import until
from tests.runtime.machines import live_on
from tests.runtime.postgreses import PostgresServer, postgres_of_ones_own
from tests.runtime.redises import RedisServer, redis_of_ones_own
from tests.stress.crew import Crew
from tests.stress.cutting import forward
from tests.stress.journal import Journal
from tests.stress.report import Report
from tests.telegram import spawned
from tgsession_runtime import ConfigurationError, TgsessionError, guarded_client
from tgsession_runtime.tether import Tether

_HOSTS, _LOGINS = 3, 4
_TERMS = {"DURATION": "3", "RENEW": "0.25", "DEADLINE": "1", "SETTLE": "1"}
_WINDOW = 4.0  # seconds after which another gets in
_LONGEST_HOLD = 0.4
_LONGEST_STOP = 9.0  # three times the lease
_STORES: dict[str, Callable[[], Any]] = {"redis": redis_of_ones_own, "postgres": postgres_of_ones_own}


@dataclass
class Faults:
    """What was done, by kind: when, and to which login (None: to all)."""

    done: list[tuple[str, float, int | None]] = field(default_factory=list)

    def note(self, kind: str, login: int | None = None) -> None:
        """Something is being done now."""
        self.done.append((kind, time.monotonic(), login))

    def count(self, kind: str) -> int:
        """How often it was done."""
        return sum(one == kind for one, _, _ in self.done)


# in the processes


def contend(folder: Path, url: str, journal: Journal, string: str, login: int, host: int, *, timer: bool) -> None:
    """Have the session for a moment, again and again until told to stop."""
    variables = {f"LEASE_{name}": value for name, value in _TERMS.items()}
    variables |= {"HOST": f"host-{host}", "STATE_DIR": str(folder / f"state-{host}"), "LEASE": url}
    os.environ.update({f"TGSESSION_{name}": value for name, value in variables.items()})
    live_on(f"machine-{host}")
    random.seed()
    if not timer:
        Tether._ping = lambda *_: None  # type: ignore[method-assign]
    while not (folder / "stop").exists():
        try:
            asyncio.run(_hold(journal, string, login, host))
            time.sleep(random.uniform(0, _LONGEST_HOLD))  # or the others would hardly ever find it free
        except ConfigurationError:
            raise
        except (TgsessionError, ConnectionError, OSError) as error:
            journal.note("failed", error=type(error).__name__, login=login)
            time.sleep(0.05)
        except Exception as error:
            journal.note("broken", error=f"{type(error).__name__}: {error}", login=login)
            time.sleep(0.05)


async def _hold(journal: Journal, string: str, login: int, host: int) -> None:
    from telethon.sessions import StringSession

    begun = time.monotonic()
    options: dict[str, Any] = {"lock_timeout": 15.0, "connect_timeout": 10.0, "disconnect_timeout": 1.0, "workers": "ignore"}
    async with guarded_client(StringSession(string), 1, "0" * 32, local_addr=(f"127.0.0.{host + 1}", 0), **options) as client:
        journal.note("in", login=login, host=host, waited=time.monotonic() - begun)
        await client.get_me()
        await asyncio.sleep(random.uniform(0, _LONGEST_HOLD))
        await client.get_me()
    journal.note("out", login=login, host=host)


# what is done to them


@dataclass
class Assault:
    """The faults, one at a time, some of which end later."""

    crew: Crew
    store: RedisServer | PostgresServer
    folder: Path
    journal: Journal
    logins: Callable[[int], int]
    shortest_stop: float = 0.1
    faults: Faults = field(default_factory=Faults)
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def strike(self, kinds: tuple[str, ...]) -> None:
        """Do something."""
        getattr(self, f"_{random.choice(kinds)}")()

    def tend(self, *, at_once: bool = False) -> None:
        """End what has lasted long enough."""
        now = time.monotonic()
        due = [one for one in self._later if at_once or one[0] <= now]
        self._later = [one for one in self._later if one not in due]
        for _, end in due:
            end()

    def _kill(self) -> None:
        pid = self._victim()
        self.faults.note("kill", self.logins(pid))
        self.crew.send(pid, signal.SIGKILL)

    def _stop(self) -> None:
        pid = self._victim()
        self.faults.note("stop", self.logins(pid))
        self.crew.send(pid, signal.SIGSTOP)
        self._in(random.uniform(self.shortest_stop, _LONGEST_STOP), partial(self.crew.send, pid, signal.SIGCONT))

    def _pause_store(self) -> None:
        self.faults.note("store paused")
        self.store.hang()
        self._in(random.uniform(0.1, 2.0), self.store.go_on)

    def _restart_store(self, *, forget: bool = False) -> None:
        self.faults.note("store restarted without its data" if forget else "store restarted")
        self.store.restart(forget=forget)

    def _wipe_store(self) -> None:
        self._restart_store(forget=True)

    def _break_network(self) -> None:
        how = random.choice(("hang", "cut"))
        self.faults.note(f"network: {how}")
        state = self.folder / f"net-{random.randrange(1, _HOSTS + 1)}.state"
        state.write_text(how, "utf-8")
        self._in(random.uniform(0.2, 6.0), lambda: _write(state, "open"))

    def _victim(self) -> int:
        """One of the contenders: most of the time one that has its login at this moment."""
        inside = [pid for pid in self._inside() if pid in self.crew.living]
        if inside and random.random() < 0.8:
            return random.choice(inside)
        return random.choice([pid for pid in self.crew.living if self.logins(pid) >= 0])

    def _inside(self) -> list[int]:
        last = {line["login"]: line for line in self.journal.lines() if line["what"] in {"in", "out"}}
        return [line["pid"] for line in last.values() if line["what"] == "in"]

    def _in(self, seconds: float, end: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + seconds, end))


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


_KINDS = (*["kill"] * 4, *["stop"] * 5, *["break_network"] * 3, "pause_store", "pause_store", "restart_store", "wipe_store")


@dataclass
class Outcome:
    """What a run came to."""

    totals: dict[str, Any]
    lines: list[dict[str, Any]]
    faults: Faults
    seconds: float

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Every time that somebody got in."""
        return [line for line in self.lines if line["what"] == "in"]

    def cost(self, kind: str) -> list[float]:
        """After each fault of *kind*, how long it took until somebody had the login again, or any login."""
        found = []
        for one, at, login in self.faults.done:
            if one == kind:
                after = (line["at"] - at for line in self.entries if line["at"] > at and login in {None, line["login"]})
                found += [seconds] if (seconds := next(after, None)) is not None else []
        return found


def run(make_store: Callable[[], Any], hand_overs: int, seconds: float, every: float, *, timer: bool = True) -> Outcome:
    """Let the hosts contend until there were *hand_overs*, or *seconds* are over, with a fault about *every* so many.

    Without the *timer* until a login was live twice: then holders are only stopped, for longer than the lease.
    """
    with TemporaryDirectory(prefix="lease-") as scratch, make_store() as store, spawned(idle=600) as telegram, Crew() as crew:
        folder = Path(scratch)
        store.age(5)
        journal = Journal(folder / "journal")
        works: dict[int, int] = {}

        def start(work: Callable[[], None], login: int) -> None:
            works[crew.start(work)] = login

        urls = {}
        for host in range(1, _HOSTS + 1):
            _write(folder / f"net-{host}.state", "open")
            entrance, urls[host] = store.entrance(folder / f"net-{host}")
            start(partial(forward, entrance, store.socket, folder / f"net-{host}.state"), -1)
        logins = [telegram.log_in(telegram.add_user(phone=f"+1777{number:04}", code="12345")).string() for number in range(_LOGINS)]
        for login, string in enumerate(logins):
            for host in range(1, _HOSTS + 1):
                start(partial(contend, folder, urls[host], journal, string, login, host, timer=timer), login)
        assault = Assault(crew, store, folder, journal, lambda pid: works.get(pid, -1), 0.1 if timer else _WINDOW + 1)
        until(lambda: _count(journal) >= _LOGINS, "somebody gets in")
        begun = next_one = time.monotonic()
        while time.monotonic() - begun < seconds and _count(journal) < hand_overs:
            time.sleep(0.02)
            assault.tend()
            if time.monotonic() >= next_one:
                assault.strike(_KINDS if timer else ("stop",))
                next_one = time.monotonic() + random.uniform(0.5, 1.5) * every
            for pid, work in crew.reap().items():
                start(work, works.pop(pid))
            if not timer and telegram.totals()["overlaps_two_addresses"]:
                break
        assault.tend(at_once=True)
        totals = dict(telegram.totals())
        (folder / "stop").touch()
        time.sleep(0.5)
        return Outcome(totals, list(journal.lines()), assault.faults, time.monotonic() - begun)


def _count(journal: Journal) -> int:
    return journal.path.read_bytes().count(b'"what": "in"')


def main() -> int:
    """Run, judge, print."""
    parser = argparse.ArgumentParser(description="contends for logins from several hosts while everything between them fails")
    parser.add_argument("--short", action="store_true", help="some seconds instead of 2,000 hand-overs")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats a run's choices, not its timing")
    parser.add_argument("--store", choices=sorted(_STORES), default="redis", help="where the leases are kept")
    options = parser.parse_args()
    store = _STORES[options.store]
    random.seed(options.seed)
    logging.disable(logging.CRITICAL)
    report = Report(f"{_LOGINS} logins, {_HOSTS} hosts each, a lease of {_TERMS['DURATION']} s in {options.store}; seed {options.seed}")
    report.part("with Telegram's timer")
    outcome = run(store, 40, 60.0, 0.6) if options.short else run(store, 2000, 1500.0, 1.0)
    _print(report, outcome, least=40 if options.short else 2000)
    report.part("without Telegram's timer, the same locks and leases")
    bitten = run(store, 10**6, 60.0, 0.4, timer=False)
    overlaps = int(bitten.totals["overlaps_two_addresses"])
    report.figure("one login live from two addresses", overlaps, "some, or this proof shows nothing", overlaps > 0)
    report.figure("keys invalidated", int(bitten.totals["invalidations"]))
    return report.end()


def _print(report: Report, outcome: Outcome, least: int) -> None:
    failures: dict[str, int] = defaultdict(int)
    for line in outcome.lines:
        if line["what"] == "failed":
            failures[line["error"]] += 1
    broken = [line["error"] for line in outcome.lines if line["what"] == "broken"]
    waits = [line["waited"] for line in outcome.entries]
    report.figure("hand-overs", len(outcome.entries), f">= {least:,}", len(outcome.entries) >= least)
    report.figure("seconds", outcome.seconds)
    report.none("one login live from two addresses", int(outcome.totals["overlaps_two_addresses"]))
    report.none("keys invalidated", int(outcome.totals["invalidations"]))
    report.figure("connections that Telegram's timer ended", int(outcome.totals["ping_delay_ends"]))
    report.figure("wait for an entry, median, s", median(waits) if waits else 0.0)
    for kind in sorted({one for one, _, _ in outcome.faults.done}):
        cost = outcome.cost(kind) or [0.0]
        name = f"{kind}: times; then somebody in, median (longest), s"
        report.figure(name, f"{outcome.faults.count(kind)}; {median(cost):.2f} ({max(cost):.2f})")
    for name, count in sorted(failures.items()):
        report.figure(f"blocks that ended with {name}", count)
    for text in sorted(set(broken)):
        report.line(f"other error: {text}")


if __name__ == "__main__":
    sys.exit(main())
