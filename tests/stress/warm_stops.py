"""Warm stops of Celery workers with a Telegram task in mid-flight: `python -m tests.stress.warm_stops [--short]`.

Each worker is started, given a task that asks Telegram things and changes its session file all the time, and told to end by
SIGTERM. Two witnesses: the server's ledger, on how connections ended, and the session file, on what of it was kept.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sqlite3
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.celery_support import Crowd, redis_broker
from tests.celery_support.guarded import Guarded, settings_for
from tests.stress.report import Report
from tests.telegram import spawned

_POOLS = ("prefork", "threads", "solo", "prefork")
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Stop:
    """What one warm stop came to."""

    pool: str
    status: int
    users: int
    """How many the task had put into its session file."""
    kept: int
    """How many of them stand there after the stop."""
    connections: tuple[str | None, ...]
    """How those of this session ended; None for one that is still open."""


def warm_stop(project: Guarded, server: Any, folder: Path, number: int) -> Stop:
    """Start a worker, stop it in the middle of its task, and look at what is left."""
    key, pool = f"stop-{number}", _POOLS[number % len(_POOLS)]
    login = server.log_in(server.add_user(phone=f"+1557{number:05}", code="1", username="alice"))
    login.write(folder / f"{key}.session")
    worker = project.worker(pool, "-Q", key, TGSESSION_SESSION=str(folder / key))
    project.begin("update", key, queue=key)
    worker.process.send_signal(signal.SIGTERM)
    project.let_go(key)
    status = worker.process.wait(60)
    users = project.noted("updated", key)
    ends = tuple(one["how"] for one in server.ledger()["connections"] if one["key_id"] == login.key_id)
    return Stop(pool, status, users[0]["users"] if users else -1, _kept(folder / f"{key}.session"), ends)


def _kept(session: Path) -> int:
    with closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as database:
        return int(database.execute("select count(*) from entities where id > 1000000").fetchone()[0])


def main() -> int:
    """Run, judge, print."""
    parser = argparse.ArgumentParser(description="stops Celery workers in the middle of a Telegram task")
    parser.add_argument("--short", action="store_true", help="4 stops instead of 200")
    stops = 4 if parser.parse_args().short else 200
    logging.disable(logging.CRITICAL)
    report = Report(f"{stops} warm stops with a Telegram task in mid-flight, {_AT_ONCE} workers at a time")
    with TemporaryDirectory() as scratch, redis_broker() as broker, spawned(idle=3600) as server:
        folder = Path(scratch)
        with Crowd(folder / "logs") as crowd, ThreadPoolExecutor(_AT_ONCE) as pool:
            environment = settings_for(server, folder)
            project = Guarded(folder / "project", {"broker_url": broker, "worker_prefetch_multiplier": 1}, environment, crowd)
            found = list(pool.map(partial(warm_stop, project, server, folder), range(stops)))
        _judge(report, found, server.until(lambda ledger: ledger["totals"]["live"] == 0)["totals"], stops)
    return report.end()


def _judge(report: Report, found: list[Stop], totals: dict[str, Any], stops: int) -> None:
    clean = sum(one.connections == ("fin",) for one in found)
    report.figure("stops", len(found), f"{stops}", len(found) == stops)
    for name, count in sorted(Counter(one.pool for one in found).items()):
        report.figure(f"of them in the pool `{name}`", count)
    report.figure("clean disconnects in the ledger, one for each", clean, f"{stops}", clean == stops)
    report.none("connections reset or left open", int(totals["abrupt_ends"] + totals["live"]))
    report.none("two connections of one session at once", int(totals["overlaps"]))
    report.none("tasks that were not let end", sum(one.users < 0 for one in found))
    report.figure("changes of session files", sum(one.users for one in found), ">= 1 a stop", all(one.users > 0 for one in found))
    report.none("changes lost", sum(max(0, one.users - one.kept) for one in found))
    report.none("workers that ended with an error", sum(one.status != os.EX_OK for one in found))


if __name__ == "__main__":
    sys.exit(main())
