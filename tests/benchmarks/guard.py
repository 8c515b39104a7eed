"""Prints what the guard costs beside the bare client, filelock and nothing: `python -m tests.benchmarks.guard [--short]`.

Ours and the peer run in turn, in one run, and each figure is the median over the pairs. Exit status 0 if every gate is met.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from telethon import TelegramClient

from tests.benchmarks.measure import Command, compare
from tests.stress.crew import Crew
from tests.stress.fairness import WAYS, Taking
from tests.stress.journal import Journal
from tests.stress.report import Report, milliseconds
from tests.telegram import spawned
from tgsession_runtime import guarded_client
from tgsession_runtime.claim import contend
from tgsession_runtime.pause import wait_for
from tgsession_runtime.session import name_of
from tgsession_runtime.state import State

_MOST_ADDED = 0.003
_LONGEST_HAND_OVER = 0.010
_DEAREST_IMPORT = 1.5
_HOLD = 0.02


def main() -> int:
    """Measure the three, print them."""
    parser = argparse.ArgumentParser(description="what the guard costs beside the bare client")
    parser.add_argument("--short", action="store_true", help="a tenth of the pairs")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    report = Report("What the guard costs")
    pairs = 20 if options.short else 200
    with TemporaryDirectory() as scratch, spawned(policy="ip") as server:
        os.environ["TGSESSION_STATE_DIR"] = str(Path(scratch) / "state")
        asyncio.run(blocks(report, server, Path(scratch), pairs))
    hand_overs(report, pairs)
    imports(report, pairs // 5)
    return report.end()


async def blocks(report: Report, server: Any, folder: Path, pairs: int) -> None:
    """connect, get_me, disconnect: bare and guarded."""
    login = server.log_in(server.add_user(phone="+15550001", code="1"))
    login.write(folder / "alerts.session")
    arguments = (str(folder / "alerts"), server.api_id, server.api_hash)

    async def bare() -> None:
        client = TelegramClient(*arguments)
        await client.connect()
        await client.get_me()
        await client.disconnect()

    async def guarded() -> None:
        async with guarded_client(*arguments, workers="ignore") as client:
            await client.get_me()

    await bare()
    await guarded()
    measured = [(await _timed(bare), await _timed(guarded)) for _ in range(pairs)]
    added = median(ours - peer for peer, ours in measured)
    report.part(f"connect + get_me + disconnect, session file, {pairs} pairs")
    report.figure("bare client, median", milliseconds(median(peer for peer, _ in measured)))
    report.figure("guarded client, median", milliseconds(median(ours for _, ours in measured)))
    report.figure("guarded / bare, median of pairs", median(ours / peer for peer, ours in measured))
    report.figure("added, median of pairs", milliseconds(added), f"<= {_MOST_ADDED * 1000:g} ms", added <= _MOST_ADDED)
    report.line("of it, measured apart:")
    for name, seconds in (await _parts(arguments, folder, pairs)).items():
        report.figure(f"  {name}", milliseconds(seconds))


async def _parts(arguments: tuple[Any, ...], folder: Path, times: int) -> dict[str, float]:
    name, state = name_of(arguments[0]), State(folder / "state")

    def claim() -> None:
        wait_for(contend(name, state, timeout=1.0)).release()

    settings = [_timed_now(lambda: guarded_client(*arguments)) for _ in range(times)]
    claims = [_timed_now(claim) for _ in range(times)]
    client = TelegramClient(*arguments)
    await client.connect()
    try:
        probes = [await _timed(partial(_probe, client)) for _ in range(times)]
    finally:
        await client.disconnect()
    return {"settings": median(settings), "claim and release, two locks": median(claims), "one request: the probe": median(probes)}


async def _probe(client: Any) -> None:
    from telethon.tl import functions, types

    await client(functions.users.GetUsersRequest([types.InputUserSelf()]))


async def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


def _timed_now(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def hand_overs(report: Report, times: int) -> None:
    """From the moment one process gives the lock up to the moment the one waiter has it."""
    report.part(f"hand-over between two processes, one always waits, {times} times in each of 3 rounds")
    gaps: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(3):
        for name, take in WAYS.items():
            gaps[name] += _gaps(take, times)
    for name, found in gaps.items():
        middle = median(found)
        gate = f"<= {_LONGEST_HAND_OVER * 1000:g} ms" if name == next(iter(WAYS)) else ""
        report.figure(f"{name}, median", milliseconds(middle), gate, middle <= _LONGEST_HAND_OVER)
        report.figure(f"{name}, p95", milliseconds(quantiles(found, n=20)[-1]))


def _gaps(take: Taking, times: int) -> list[float]:
    with TemporaryDirectory() as scratch, Crew() as crew:
        folder = Path(scratch)
        journal = Journal(folder / "journal")
        for _ in range(2):
            crew.start(partial(_alternate, folder, journal, take))
        deadline = time.monotonic() + 60
        found: list[float] = []
        while len(found) < times and time.monotonic() < deadline:
            time.sleep(0.1)
            found = [
                after["at"] - line["at"] for line, after in pairwise(journal.lines())
                if (line["what"], after["what"]) == ("free", "have") and line["pid"] != after["pid"]
            ]  # fmt: skip
        return found


def _alternate(folder: Path, journal: Journal, take: Taking) -> None:
    """Hold, give up, and leave the lock to the other, who has been waiting all the time."""
    while True:
        with take(folder):
            journal.note("have")
            time.sleep(_HOLD)
            journal.note("free")
        time.sleep(_HOLD / 2)


def imports(report: Report, pairs: int) -> None:
    """Whole processes that only import."""
    report.part(f"imports, as whole processes, {pairs} pairs")
    peer = _python("import filelock")
    for program in ("import tgsession_runtime", "from tgsession_runtime import guarded_client"):
        found = compare(_python(program), peer, pairs)
        report.figure(f"`{program}` / `import filelock`", found.ratio, f"<= {_DEAREST_IMPORT}", found.ratio <= _DEAREST_IMPORT)
        report.line(f"    {found.ours.seconds * 1000:.0f} ms beside {found.peer.seconds * 1000:.0f} ms")


def _python(program: str) -> Command:
    return Command((sys.executable, "-c", program), Path.cwd())


if __name__ == "__main__":
    sys.exit(main())
