"""What is left behind by claims and guards that come and go: `python -m tests.stress.leaks [--short]`.

Counted after the first tenth and at the end: file descriptors, threads, tasks, and Python's allocated blocks of memory.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from telethon import TelegramClient

from tests.stress.report import Report
from tests.telegram import spawned
from tgsession_runtime import guarded_client
from tgsession_runtime.claim import contend
from tgsession_runtime.pause import wait_for
from tgsession_runtime.session import name_of
from tgsession_runtime.state import State

# Blocks that come and go with caches and the interpreter's own tables.
_NOISE = 500


@dataclass(frozen=True, slots=True)
class Count:
    """What this process has open."""

    descriptors: int
    threads: int
    tasks: int
    blocks: int

    @classmethod
    def now(cls) -> Count:
        """Counted after the garbage is gone."""
        for _ in range(3):
            gc.collect()
        return cls(psutil.Process().num_fds(), threading.active_count(), len(asyncio.all_tasks()), sys.getallocatedblocks())


async def growth(work: Callable[[], Awaitable[None]], times: int) -> Count:
    """How much more there is after nine tenths of *times* than after the first tenth."""
    for _ in range(times // 10):
        await work()
    before = Count.now()
    for _ in range(times - times // 10):
        await work()
    return Count(*(late - early for late, early in zip(astuple(Count.now()), astuple(before), strict=True)))


def show(report: Report, name: str, found: Count, times: int, most: float) -> None:
    """Print a growth; of blocks, *most* may be left in all."""
    report.part(f"{times:,} {name}")
    report.none("file descriptors left", found.descriptors)
    report.none("threads left", found.threads)
    report.none("tasks left", found.tasks)
    report.figure("blocks of memory left, in all", found.blocks, f"<= {most:,.0f}", found.blocks <= most)


async def run(report: Report, folder: Path, *, claims: int, guards: int) -> None:
    """Claims, then whole blocks, beside the bare client's."""
    state, name = State(folder / "state"), name_of(folder / "claimed")

    async def claim() -> None:
        wait_for(contend(name, state, timeout=1.0)).release()

    show(report, "claims", await growth(claim, claims), claims, _NOISE)
    with spawned(policy="strict") as server:
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

        of_telethon = (await growth(bare, guards)).blocks
        name = f"guarded blocks; the bare client leaves {of_telethon:,} blocks of memory"
        show(report, name, await growth(guarded, guards), guards, max(0, of_telethon) + guards + _NOISE)


def main() -> int:
    """Run, print."""
    parser = argparse.ArgumentParser(description="what claims and guards leave behind")
    parser.add_argument("--short", action="store_true", help="a twentieth of each")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    report = Report("What is left behind")
    share = 20 if options.short else 1
    with TemporaryDirectory() as scratch:
        os.environ["TGSESSION_STATE_DIR"] = str(Path(scratch) / "state")
        asyncio.run(run(report, Path(scratch), claims=10_000 // share, guards=500 // share))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
