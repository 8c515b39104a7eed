"""Who gets the session when fifty want it: `python -m tests.stress.fairness [--short]`.

The same contest with the guard's claim, with filelock as it comes and polling each 10 ms, and with a blocking `flock`. Waits
that had not ended when the time was up count with the time they had lasted.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import psutil
from filelock import FileLock

from tests.stress.crew import Crew
from tests.stress.journal import Journal
from tests.stress.report import Report, milliseconds
from tgsession_runtime.claim import contend
from tgsession_runtime.pause import wait_for
from tgsession_runtime.session import name_of
from tgsession_runtime.state import State

_CONTENDERS = 50
_HOLD = 0.005
_GREEDY_HOLD, _GREEDY_GAP = 0.1, 0.001
_NEIGHBOURS = 8
_LONGEST = 40.0

Taking = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def by_claim(folder: Path) -> Iterator[None]:
    """The guard's claim on a session file."""
    claim = wait_for(contend(name_of(folder / "alerts"), State(folder / "state"), timeout=600.0))
    try:
        yield
    finally:
        claim.release()


@contextmanager
def by_filelock(folder: Path, poll_interval: float) -> Iterator[None]:
    """filelock, waiting as it does."""
    with FileLock(folder / "lock", thread_local=False).acquire(poll_interval=poll_interval):
        yield


@contextmanager
def by_flock(folder: Path) -> Iterator[None]:
    """The kernel's queue. It cannot be cancelled, tells nobody who holds the lock, and has no deadline."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


WAYS: dict[str, Taking] = {
    "the guard's claim": by_claim,
    "filelock, default (50 ms)": partial(by_filelock, poll_interval=0.05),
    "filelock, 10 ms": partial(by_filelock, poll_interval=0.01),
    "blocking flock": by_flock,
}


def _ways(*, timed: bool) -> list[tuple[str, Taking]]:
    """All, or the claim alone where time is not judged."""
    return [(name, take) for name, take in WAYS.items() if timed or take is by_claim]


@dataclass(frozen=True, slots=True)
class Contest:
    """What came of one contest: how often each got in, and how long it waited each time."""

    turns: list[int]
    waits: list[float]

    @property
    def p95(self) -> float:
        """What 95 of 100 waits stayed under."""
        return quantiles(self.waits, n=20)[-1] if len(self.waits) > 1 else self.waits[0]


def contender(folder: Path, journal: Journal, take: Taking, start: float, hold: float, gap: float, name: str) -> None:
    """Take the lock again and again until told to stop."""
    warm_up = folder / name
    warm_up.mkdir()
    with take(warm_up):
        pass  # what a process does once is not what is measured
    time.sleep(max(0.0, start - time.monotonic()))
    while not (folder / "stop").exists():
        journal.note("want", name=name)
        with take(folder):
            journal.note("have", name=name)
            time.sleep(hold)
        time.sleep(gap)


def contest(take: Taking, seconds: float, crowd: dict[str, tuple[float, float]], *, stop: str = "") -> dict[str, Contest]:
    """Let *crowd* contend, each with its hold and its gap, for *seconds* and until each has had a turn.

    Who is named *stop* is stopped once it waits. The outcome is given for each group of names.
    """
    with TemporaryDirectory() as scratch, Crew() as crew:
        folder = Path(scratch)
        journal = Journal(folder / "journal")
        start = time.monotonic() + 0.5 + 0.05 * len(crowd)
        pids = {
            name: crew.start(partial(contender, folder, journal, take, start, hold, gap, name))
            for name, (hold, gap) in crowd.items()
        }
        if stop:
            time.sleep(max(0.0, start - time.monotonic()) + 0.1)
            _stop_in_line(crew, pids[stop], folder)
        while time.monotonic() < start + seconds or (_waits_yet(journal, crowd, stop) and time.monotonic() < start + _LONGEST):
            time.sleep(0.05)
        end = time.monotonic()
        (folder / "stop").touch()
        return _tally(journal, end, crowd, stop)


def _stop_in_line(crew: Crew, pid: int, folder: Path) -> None:
    """Stop *pid* while it waits; who is stopped while it holds the lock keeps it, and rightly."""
    lock, process, holds = str(folder / "alerts.session.lock"), psutil.Process(pid), True
    while holds:
        crew.send(pid, signal.SIGCONT)
        time.sleep(0.007)
        crew.send(pid, signal.SIGSTOP)
        while process.status() != psutil.STATUS_STOPPED:
            time.sleep(0.001)
        holds = lock in {file.path for file in process.open_files()}


def _waits_yet(journal: Journal, crowd: dict[str, tuple[float, float]], stop: str) -> set[str]:
    return set(crowd) - {stop} - {line["name"] for line in journal.lines() if line["what"] == "have"}


def _tally(journal: Journal, end: float, crowd: dict[str, tuple[float, float]], stop: str) -> dict[str, Contest]:
    wanted: dict[str, float] = {}
    waits: dict[str, list[float]] = {}
    turns: Counter[str] = Counter()
    for line in sorted(journal.lines(), key=lambda one: one["at"]):
        name = line["name"]
        if line["at"] > end or name == stop:
            continue
        if line["what"] == "want":
            wanted[name] = line["at"]
        else:
            waits.setdefault(_group(name), []).append(line["at"] - wanted.pop(name))
            turns[name] += 1
    for name, since in wanted.items():
        waits.setdefault(_group(name), []).append(end - since)
    groups = {_group(name) for name in crowd}
    return {
        group: Contest([turns[name] for name in crowd if _group(name) == group and name != stop], waits.get(group, [0.0]))
        for group in groups
    }  # fmt: skip


def _group(name: str) -> str:
    return name.partition("-")[0]


def crowded(report: Report, seconds: float, *, timed: bool) -> None:
    """Fifty that all want it all the time."""
    ideal = (_CONTENDERS - 1) * _HOLD
    report.part(f"{_CONTENDERS} contenders, each holds {_HOLD * 1000:g} ms, {seconds:g} s; ideal wait {ideal * 1000:.0f} ms")
    report.line(f"{'':<28} {'turns of one':>17} {'in all':>7}   {'wait min':>9} {'median':>9} {'p95':>9} {'max':>9} {'max/ideal':>9}")
    crowd = {f"one-{number}": (_HOLD, 0.0) for number in range(_CONTENDERS)}
    for name, take in _ways(timed=timed):
        found = contest(take, seconds, crowd)["one"]
        turns = f"{min(found.turns)} - {max(found.turns)}"
        waits = (min(found.waits), median(found.waits), found.p95, max(found.waits))
        cells = " ".join(f"{wait * 1000:>9.0f}" for wait in waits)
        report.line(f"{name:<28} {turns:>17} {sum(found.turns):>7}   {cells} {max(found.waits) / ideal:>9.1f}")
        if take is by_claim:
            ours = found
    report.none("contenders of the claim without a turn", sum(turns == 0 for turns in ours.turns))
    if timed:
        ratio = max(ours.waits) / median(ours.waits)
        report.figure("longest wait for the claim / median wait", ratio, "<= 2.5", ratio <= 2.5)


def greedy(report: Report, seconds: float, *, timed: bool) -> None:
    """One that gives it up for a moment only."""
    report.part(
        f"a greedy neighbour (holds {_GREEDY_HOLD * 1000:g} ms, wants it again after {_GREEDY_GAP * 1000:g} ms)"
        f" and {_NEIGHBOURS} that hold {_HOLD * 1000:g} ms each 50 ms, {seconds:g} s"
    )
    report.line(f"{'':<28} {'turns, greedy':>14} {'turns, others':>14}   {'wait median':>11} {'p95':>9} {'max':>9}")
    crowd = {f"other-{number}": (_HOLD, 0.05) for number in range(_NEIGHBOURS)} | {"greedy": (_GREEDY_HOLD, _GREEDY_GAP)}
    for name, take in _ways(timed=timed):
        found = contest(take, seconds, crowd)
        others = found["other"]
        turns = f"{min(others.turns)} - {max(others.turns)}"
        cells = f"{median(others.waits) * 1000:>11.0f} {others.p95 * 1000:>9.0f} {max(others.waits) * 1000:>9.0f}"
        report.line(f"{name:<28} {sum(found['greedy'].turns):>14} {turns:>14}   {cells}")
        if take is by_claim:
            ours = others
    report.none("neighbours without a turn", sum(turns == 0 for turns in ours.turns))
    if timed:
        round_trip = _GREEDY_HOLD + _GREEDY_GAP + _NEIGHBOURS * _HOLD
        ratio = ours.p95 / round_trip
        report.figure("wait of the neighbours, p95 / one round of all", ratio, "<= 2", ratio <= 2)


def stopped(report: Report, seconds: float, *, timed: bool) -> None:
    """One that is stopped while it is first in line."""
    report.part(f"one of {_NEIGHBOURS} waiters is stopped for good, {seconds:g} s; the others hold {_HOLD * 1000:g} ms")
    crowd = {f"one-{number}": (_HOLD, 0.0) for number in range(_NEIGHBOURS)}
    free = contest(by_claim, seconds, crowd)["one"]
    found = contest(by_claim, seconds, crowd, stop="one-0")["one"]
    report.figure("turns of the others with nobody stopped", sum(free.turns[1:]))
    report.figure("turns of the others behind the stopped one", sum(found.turns))
    report.figure("longest wait behind the stopped one", milliseconds(max(found.waits)))
    report.none("waiters without a turn", sum(turns == 0 for turns in found.turns))
    if timed:
        share = sum(found.turns) / sum(free.turns[1:])
        report.figure("turns behind the stopped one / with nobody stopped", share, ">= 0.5", share >= 0.5)


def main() -> int:
    """Run all contests, print their figures."""
    parser = argparse.ArgumentParser(description="how long 50 contenders wait, beside filelock and flock")
    parser.add_argument("--short", action="store_true", help="shorter, and judged by who got in alone")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    report = Report("Fairness")
    seconds = 1.0 if options.short else 5.0
    for part in (crowded, greedy, stopped):
        part(report, seconds, timed=not options.short)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
