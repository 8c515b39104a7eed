"""The disease and the cure: `python -m tests.stress.cure [--short]`.

First processes that use one session without the guard, half of them from a second address; then the same work through
`guarded_client`, while processes are told to end, killed and stopped at random. Exit status 0 if the guard let nothing through.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from telethon.errors import AuthKeyDuplicatedError
from telethon.sessions import StringSession
from telethon.sync import TelegramClient

from tests.stress.crew import Crew
from tests.stress.journal import Journal
from tests.stress.report import Report
from tests.telegram import spawned
from tgsession_runtime import guarded_client
from tgsession_runtime.records import recorded
from tgsession_runtime.session import name_of
from tgsession_runtime.state import State

_ADDRESSES = ("127.0.0.1", "127.0.0.2")
_SIGNALS = (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP)
_LONGEST_STOP = 0.3
_BETWEEN_SIGNALS = (0.02, 0.3)
_ENOUGH = 8.0  # seconds in which unguarded processes have to lose the key


@dataclass(frozen=True, slots=True)
class Way:
    """How one process uses the session: in which form, by which address, with `with` or `async with`."""

    session: str
    is_string: bool
    address: str
    is_async: bool

    def options(self) -> dict[str, Any]:
        """The arguments of the client that tell the process apart in the server's ledger."""
        return {"local_addr": self.address, "device_model": f"pid {os.getpid()}"}

    def opened(self) -> Any:
        """What `TelegramClient` takes for the session."""
        return StringSession(self.session) if self.is_string else self.session


class Scene:
    """One login on a server, as file, copies and string, and the processes that use it."""

    def __init__(self, server: Any, folder: Path) -> None:
        folder.mkdir()
        self.server, self.folder = server, folder
        self.login = server.log_in(server.add_user(phone=f"+1555{random.randrange(10**7):07d}", code="1"))
        self.files = [folder / name for name in ("alerts.session", "copy-1.session", "copy-2.session")]
        for file in self.files:
            self.login.write(file)
        self.journal = Journal(folder / "journal")
        self.stop = folder / "stop"

    def ways(self) -> list[Way]:
        """Eight: the file thrice, its copies twice, the string thrice; half from each address, half in each form."""
        sessions = [*map(str, self.files), str(self.files[0]), str(self.files[0])]
        strings = [self.login.string()] * 3
        pairs = [(one, False) for one in sessions] + [(one, True) for one in strings]
        return [Way(one, text, _ADDRESSES[number % 2], number % 4 < 2) for number, (one, text) in enumerate(pairs)]

    def visits(self) -> list[dict[str, Any]]:
        """The connections of this login, in the order of their first use."""
        found = [one for one in self.server.ledger()["connections"] if one["key_id"] == self.login.key_id]
        return sorted(found, key=lambda one: one["first_use"])

    def noted(self) -> Counter[str]:
        """What the processes saw, by kind."""
        return Counter(line["what"] for line in self.journal.lines())


# without the guard


def bare(scene: Scene, way: Way) -> None:
    """Use the session as scripts do, again and again."""
    asyncio.run(_bare(scene, way))


async def _bare(scene: Scene, way: Way) -> None:
    while not scene.stop.exists():
        try:
            client = TelegramClient(way.opened(), scene.server.api_id, scene.server.api_hash, **way.options())
            try:
                await client.connect()
                await client.get_me()
                await asyncio.sleep(random.uniform(0, 0.02))
            finally:
                await client.disconnect()
            scene.journal.note("done")
        except Exception as error:
            scene.journal.note(_kind(error))
            await asyncio.sleep(0.01)


def disease(report: Report, server: Any, folder: Path, times: int) -> None:
    """How long a key lives among unguarded processes."""
    lifetimes, connects, locked = [], [], 0
    for number in range(times):
        scene = Scene(server, folder / f"bare-{number}")
        begun, deadline = time.time(), time.monotonic() + _ENOUGH
        with Crew() as crew:
            for way in scene.ways():
                crew.start(partial(bare, scene, way))
            while time.monotonic() < deadline and not _death(scene):
                time.sleep(0.02)
            scene.stop.touch()
            crew.join(5)
        death = _death(scene)
        if death is not None:
            lifetimes.append(death["at"] - begun)
            connects.append(sum(one["opened"] <= death["at"] for one in scene.visits()))
        locked += scene.noted()["database is locked"]
    report.part(f"Without the guard: 8 processes on one session, half from a second address, {times} times")
    report.figure("keys lost", f"{len(lifetimes)} of {times}", "all", len(lifetimes) == times)
    report.figure("seconds until the key is lost, median", median(lifetimes) if lifetimes else float("nan"))
    report.figure("seconds until the key is lost, longest", max(lifetimes, default=float("nan")))
    report.figure("connections that it took, median", median(connects) if connects else float("nan"))
    report.figure("`database is locked`", locked)


def _death(scene: Scene) -> dict[str, Any] | None:
    return next((one for one in scene.server.ledger()["invalidations"] if one["key_id"] == scene.login.key_id), None)


# with the guard


def guarded(scene: Scene, way: Way) -> None:
    """The same through the guard."""
    once = _async_once if way.is_async else _sync_once
    while not scene.stop.exists():
        try:
            once(scene, way)
            scene.journal.note("done")
        except Exception as error:
            scene.journal.note(_kind(error))


def _sync_once(scene: Scene, way: Way) -> None:
    with _guard(scene, way) as client:
        client.get_me()
        time.sleep(random.uniform(0, 0.01))


def _async_once(scene: Scene, way: Way) -> None:
    async def once() -> None:
        async with _guard(scene, way) as client:
            await client.get_me()
            await asyncio.sleep(random.uniform(0, 0.01))

    asyncio.run(once())


def _guard(scene: Scene, way: Way) -> Any:
    server = scene.server
    return guarded_client(way.opened(), server.api_id, server.api_hash, lock_timeout=60, workers="ignore", **way.options())


class Assault:
    """Ends and stops processes at random, half of the time whoever holds the session, and replaces those that end."""

    def __init__(self, scene: Scene, crew: Crew, state: State) -> None:
        self._scene, self._crew, self._state = scene, crew, state
        self._stopped: dict[int, float] = {}
        self.sent: Counter[str] = Counter()
        self.killed: dict[int, float] = {}
        """When each process was killed, in epoch seconds."""

    def strike(self) -> None:
        """Signal one process."""
        pid, number = self._victim(), random.choice(_SIGNALS)
        self.sent[signal.Signals(number).name] += 1
        if number == signal.SIGKILL:
            self.killed[pid] = time.time()
        self._crew.send(pid, number)
        if number == signal.SIGSTOP:
            self._stopped[pid] = time.monotonic() + random.uniform(0.01, _LONGEST_STOP)

    def tend(self, *, all_of_them: bool = False) -> None:
        """Let those go on that were stopped long enough, and put new ones in the place of those that ended."""
        for pid, end in list(self._stopped.items()):
            if all_of_them or time.monotonic() >= end:
                del self._stopped[pid]
                self._crew.send(pid, signal.SIGCONT)
        for pid, work in self._crew.reap().items():
            self._stopped.pop(pid, None)
            if not self._scene.stop.exists():
                self._crew.start(work)

    def _victim(self) -> int:
        record = next(recorded(self._state.key_lock(self._scene.login.key_id)), None)
        if record is not None and record.pid in self._crew.living and random.random() < 0.5:
            return record.pid
        return random.choice(list(self._crew.living))


def cure(report: Report, server: Any, folder: Path, *, policy: str, hand_overs: int) -> None:
    """The same processes with the guard, under fire, until the session has changed hands *hand_overs* times."""
    server.set_policy(policy=policy)
    scene = Scene(server, folder / policy)
    state = State(scene.folder / "state")
    os.environ["TGSESSION_STATE_DIR"] = str(state.root)
    begun = time.monotonic()
    with Crew() as crew:
        assault = Assault(scene, crew, state)
        for way in scene.ways():
            crew.start(partial(guarded, scene, way))
        enough = partial(_has_changed_hands, scene, hand_overs)
        while not enough() and time.monotonic() - begun < 0.5 * hand_overs + 30:
            _for(random.uniform(0.2, 0.4), assault.tend, assault.strike)
        scene.stop.touch()
        assault.tend(all_of_them=True)
        stuck = crew.join(40)
    seconds = time.monotonic() - begun
    report.part(f"With the guard: the same processes under fire, policy `{policy}`")
    report.figure("hand-overs from one process to another", changes := _changes(scene.visits()), f">= {hand_overs:,}", changes >= hand_overs)
    report.figure("seconds", seconds)
    for name, count in sorted(assault.sent.items()):
        report.figure(f"{name} sent" + (", and SIGCONT up to 0.3 s later" if name == "SIGSTOP" else ""), count)
    _judge(report, scene, assault, state, stuck)


def _for(seconds: float, tend: Callable[[], None], strike: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pause = time.monotonic() + random.uniform(*_BETWEEN_SIGNALS)
        while time.monotonic() < pause:
            tend()
            time.sleep(0.003)
        strike()


def _has_changed_hands(scene: Scene, times: int) -> bool:
    # The whole ledger is asked for only when it can be enough.
    return scene.noted()["done"] >= times * 0.9 and _changes(scene.visits()) >= times


def _changes(visits: list[dict[str, Any]]) -> int:
    devices = [one["device"] for one in visits if one["device"]]
    return sum(one != other for one, other in pairwise(devices))


def _judge(report: Report, scene: Scene, assault: Assault, state: State, stuck: int) -> None:
    ledger, noted = scene.server.ledger(), scene.noted()
    visits = {one["id"]: one for one in ledger["connections"]}
    overlaps = [one for one in ledger["overlaps"] if one["key_id"] == scene.login.key_id]
    left = [one for one in overlaps if _left_by_a_killed(one, visits, assault)]
    report.figure("blocks left in order", noted.pop("done", 0))
    report.none("keys invalidated", sum(one["key_id"] == scene.login.key_id for one in ledger["invalidations"]))
    report.none("overlaps of live connections", len(overlaps) - len(left))
    report.figure("overlaps with what a SIGKILLed process had left", len(left))
    report.none("sessions lost", sum(not _is_alive(scene, way) for way in scene.ways()))
    report.none("`database is locked`", noted.pop("database is locked", 0))
    report.none("other errors", sum(noted.values()))
    for kind, count in noted.most_common():
        report.line(f"    {count} x {kind}")
    report.none("processes stuck", stuck)
    time.sleep(1.1)  # a pipe that nobody reads is cleared away once it is a second old, by whoever comes next
    for way in scene.ways():
        _sync_once(scene, way)
    report.none(
        "pipes left in the waiting lines, after one more turn each",
        sum(len(list(state.waiting(lock).iterdir())) for lock in _locks(scene, state)),
    )


def _locks(scene: Scene, state: State) -> list[Path]:
    return [state.key_lock(scene.login.key_id), *(path for file in scene.files if (path := name_of(file).lock_path))]


def _left_by_a_killed(overlap: dict[str, Any], visits: dict[int, dict[str, Any]], assault: Assault) -> bool:
    device = str(visits[min(overlap["connections"])]["device"] or "")
    killed = assault.killed.get(int(device.removeprefix("pid ") or 0))
    return killed is not None and killed <= overlap["started"]


def _is_alive(scene: Scene, way: Way) -> bool:
    """Whether the session still lets its user in, and its file is whole."""
    if not way.is_string:
        with closing(sqlite3.connect(way.session)) as database:
            if database.execute("pragma integrity_check").fetchone() != ("ok",):
                return False
    try:
        with TelegramClient(way.opened(), scene.server.api_id, scene.server.api_hash, **way.options()) as client:
            return client.get_me() is not None
    except AuthKeyDuplicatedError:
        return False


def _kind(error: Exception) -> str:
    text = str(error)
    return "database is locked" if "database is locked" in text else f"{type(error).__name__}: {text[:160]}"


def main() -> int:
    """Run all parts, print their figures."""
    parser = argparse.ArgumentParser(description="unguarded processes lose a session, guarded ones under fire do not")
    parser.add_argument("--short", action="store_true", help="40 hand-overs instead of 1,000")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats a run's choices, not its timing")
    options = parser.parse_args()
    random.seed(options.seed)
    logging.disable(logging.CRITICAL)  # a line for each wait and each predecessor that was killed: thousands
    report = Report(f"The disease and the cure, seed {options.seed}")
    with TemporaryDirectory() as scratch, spawned(policy="ip") as server:
        disease(report, server, Path(scratch), 2 if options.short else 10)
        for policy in ("ip", "strict"):
            cure(report, server, Path(scratch), policy=policy, hand_overs=40 if options.short else 1000)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
