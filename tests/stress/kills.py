"""Kills whoever holds a session, a thousand times: `python -m tests.stress.kills [--short]`.

Eight processes contend for one session file; the holder is killed at a random moment between taking the claim and giving it
up. Two witnesses that know nothing of our lock say whether there were ever two holders:

- each holder takes a POSIX lock on a file of its own. It was opened first, so the kernel drops it before the claim's;
- each notes when it came in and when it was about to leave. Who came in before a holder left or was killed, was second.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.stress.crew import Crew
from tests.stress.journal import Journal
from tests.stress.report import Report, milliseconds
from tgsession_runtime.claim import contend
from tgsession_runtime.pause import wait_for
from tgsession_runtime.session import name_of
from tgsession_runtime.state import State

_CONTENDERS = 8
_LONGEST_HOLD = 0.03
_STUCK = 20.0  # seconds without anybody getting in


@dataclass
class Holding:
    """One hold, as the witnesses saw it."""

    pid: int
    begun: float
    ended: float | None = None


@dataclass
class Outcome:
    """What the run came to."""

    kills: int = 0
    killed_at: dict[int, float] = field(default_factory=dict)
    """Of each killed process: when, on the clock of the journal, just before the signal was sent."""
    waiters_killed: int = 0
    stuck: bool = False


def contender(folder: Path, journal: Journal, after: float) -> None:
    """Claim, hold for a moment, release; again and again until told to stop."""
    witness = os.open(folder / "witness", os.O_RDWR | os.O_CREAT)
    state = State(folder / "state")
    random.seed()
    time.sleep(after)
    while not (folder / "stop").exists():
        claim = wait_for(contend(name_of(folder / "alerts"), state, timeout=60.0))
        try:
            fcntl.lockf(witness, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            journal.note("second")
        journal.note("in")
        time.sleep(random.uniform(0, _LONGEST_HOLD))
        journal.note("out")
        fcntl.lockf(witness, fcntl.LOCK_UN)
        claim.release()


def assault(folder: Path, journal: Journal, kills: int, seconds: float) -> Outcome:
    """Kill the holder *kills* times, and now and then a waiter; replace each."""
    outcome, deadline, work = Outcome(), time.monotonic() + seconds, partial(contender, folder, journal, 0.0)
    with Crew() as crew:
        for _ in range(_CONTENDERS):
            crew.start(work)
        tail = _Tail(journal.path)
        while outcome.kills < kills and not outcome.stuck:
            holder = tail.next_holder()
            outcome.stuck = holder is None or time.monotonic() > deadline
            if holder is not None and not outcome.stuck:
                # Past the longest hold now and then: while it releases, or contends anew.
                time.sleep(random.uniform(0, _LONGEST_HOLD * 1.1))
                _kill(crew, holder, outcome)
                outcome.kills += 1
                if random.random() < 0.1:
                    _kill(crew, random.choice(list(crew.living)), outcome)
                    outcome.waiters_killed += 1
            for ended in crew.reap().values():
                crew.start(ended)
        (folder / "stop").touch()
        outcome.stuck = outcome.stuck or crew.join(_STUCK) > 0
    return outcome


def _kill(crew: Crew, pid: int, outcome: Outcome) -> None:
    outcome.killed_at.setdefault(pid, time.monotonic())
    crew.send(pid, signal.SIGKILL)


class _Tail:
    """Follows a journal."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def next_holder(self) -> int | None:
        """Who came in last, once somebody has since the last call; None if nobody does."""
        deadline = time.monotonic() + _STUCK
        found: list[bytes] = []
        while not found and time.monotonic() < deadline:
            found = [line for line in self._file if b'"in"' in line]
            if not found:
                time.sleep(0.0005)
        return int(found[-1].partition(b'"pid": ')[2].partition(b",")[0]) if found else None


def overlaps(lines: list[dict[str, Any]], killed_at: dict[int, float]) -> int:
    """How often somebody came in before the one who was in had left or been killed."""
    count, inside = 0, Holding(0, 0.0, 0.0)
    for line in sorted((one for one in lines if one["what"] in {"in", "out"}), key=lambda one: one["at"]):
        if line["what"] == "out":
            if line["pid"] == inside.pid:
                inside.ended = line["at"]
            continue
        end = inside.ended if inside.ended is not None else killed_at.get(inside.pid)
        count += end is None or line["at"] < end
        inside = Holding(line["pid"], line["at"])
    return count


def vacancies(lines: list[dict[str, Any]], killed_at: dict[int, float]) -> list[float]:
    """How long the session was free after each holder that was killed while it held, in seconds."""
    ordered = sorted((one for one in lines if one["what"] in {"in", "out"}), key=lambda one: one["at"])
    return [
        after["at"] - killed_at[line["pid"]] for line, after in pairwise(ordered)
        if line["what"] == after["what"] == "in" and line["pid"] in killed_at
    ]  # fmt: skip


def leftovers(folder: Path) -> dict[str, int]:
    """The files that the run has left: locks by design, pipes of the killed in the waiting lines, anything else."""
    files = [path for path in folder.rglob("*") if not path.is_dir() and path.name not in {"witness", "journal", "stop"}]
    pipes = sum("waiting" in path.parts for path in files)
    locks = sum(path.suffix == ".lock" for path in files)
    return {"lock files": locks, "pipes": pipes, "others": len(files) - locks - pipes}


def main() -> int:
    """Run, judge, print."""
    parser = argparse.ArgumentParser(description="kills the holder of a session at random moments among 8 contenders")
    parser.add_argument("--short", action="store_true", help="40 kills instead of 1,000")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats a run's choices, not its timing")
    options = parser.parse_args()
    random.seed(options.seed)
    logging.disable(logging.CRITICAL)  # a line for each wait: thousands
    kills = 40 if options.short else 1000
    report = Report(f"{kills:,} SIGKILLs of the holder among {_CONTENDERS} contenders, seed {options.seed}")
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        journal = Journal(folder / "journal")
        outcome = assault(folder, journal, kills, seconds=60 + kills * 0.4)
        time.sleep(1.1)  # a pipe that nobody reads is cleared away once it is a second old, by whoever comes next
        wait_for(contend(name_of(folder / "alerts"), State(folder / "state"), timeout=5.0)).release()
        _print(report, outcome, list(journal.lines()), leftovers(folder), kills)
    return report.end()


def _print(report: Report, outcome: Outcome, lines: list[dict[str, Any]], left: dict[str, int], kills: int) -> None:
    held = sum(line["what"] == "in" for line in lines)
    vacant = vacancies(lines, outcome.killed_at)
    report.figure("kills of the holder", outcome.kills, f">= {kills:,}", outcome.kills >= kills)
    report.figure("of them while it held", len(vacant))
    report.figure("kills of others", outcome.waiters_killed)
    report.figure("claims taken", held)
    report.none("two holders, by POSIX locks", sum(line["what"] == "second" for line in lines))
    report.none("two holders, by the clock", overlaps(lines, outcome.killed_at))
    report.none("waiters stuck", int(outcome.stuck))
    report.figure("next holder in after a kill, median", milliseconds(median(vacant)) if vacant else "")
    report.figure("next holder in after a kill, longest", milliseconds(max(vacant, default=0.0)))
    report.figure("lock files left", left["lock files"], "<= 1", left["lock files"] <= 1)
    report.none("pipes left in the waiting line, after one more claim", left["pipes"])
    report.none("other files left", left["others"])


if __name__ == "__main__":
    sys.exit(main())
