"""What a look at the workers costs beside psutil: `python -m tests.benchmarks.workers [PROCESSES]`.

Starts that many processes (500 unless told otherwise), each with 20 open files, and asks the same questions in turn,
ours and the peer's. Times are of the processor, so that neighbours count little; the last rows are a whole
`tgsession-guard check` as its user waits for it, from before its interpreter starts until it has ended, beside as many processes
with nothing but their standard streams open, and beside those with 20 files more. Exit status 0 if
every gate is met, 1 if one is missed. Linux only: elsewhere psutil itself is asked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil

from tgsession_runtime.workers import holding_open, running

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS = 30
_FILES = 20
_WHOLE_MS = 150.0
_CHECK = (sys.executable, "-m", "tgsession_runtime", "check", "--quiet", "one")


@dataclass(frozen=True)
class Row:
    """One question, asked both ways; the part of the peer's time and the time that ours may take beside 500 processes."""

    question: str
    ours: Callable[[], object]
    peer: str
    theirs: Callable[[], object]
    gate: float
    gate_ms: float


def rows(folder: Path, session: Path) -> list[Row]:
    """What a guard asks at every enter, and what the safety check asks besides."""
    return [
        Row("workers of this project", lambda: running(folder), "psutil.process_iter", _psutil_workers, 0.35, 10),
        Row("who has this file open", lambda: holding_open(session), "psutil open_files()", lambda: _psutil_open(session), 0.45, 60),
    ]


def main() -> int:
    """Start the processes, measure, print the table, end them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        session = folder / "one.session"
        write_session(session)
        with ExitStack() as plain:
            for _ in range(count):
                _start(folder, plain, 0)
            checks = [_whole_check(folder)]
        for _ in range(count):
            _start(folder, stack, _FILES)
        answers = [(row, *_measure(row)) for row in rows(folder, session)]
        checks.append(_whole_check(folder))
        total = len(psutil.pids())
    sys.stdout.write(f"beside {total} processes, median of {_ROUNDS} rounds, load {os.getloadavg()[0]:.1f}\n")
    missed = 0
    for row, ours, theirs, ratio in answers:
        met = ours <= row.gate_ms and ratio <= row.gate
        missed += not met
        sys.stdout.write(
            f"{row.question:<24} {ours:6.1f} ms (<= {row.gate_ms:g})   {row.peer:<20} {theirs:6.1f} ms   "
            f"ratio {ratio:.2f} (<= {row.gate})   {'ok' if met else 'MISSED'}\n"
        )
    for opened, (whole, of_processor, answer) in zip((3, _FILES + 3), checks, strict=True):
        # What many open files cost is shown, and held to nothing.
        gated = opened == 3
        met = answer == 0 and (whole <= _WHOLE_MS or not gated)
        missed += not met
        gate = f" (<= {_WHOLE_MS:g})" if gated else ""
        said = f"{of_processor:.1f} ms of the processor, exit status {answer}, {opened} open files each"
        sys.stdout.write(f"{'a whole `check`, wall':<24} {whole:6.1f} ms{gate}   {said}   {'ok' if met else 'MISSED'}\n")
    return int(missed > 0)


def write_session(path: Path) -> None:
    """A session file as Telethon writes it, with an auth key."""
    from telethon.crypto import AuthKey
    from telethon.sessions import SQLiteSession

    session = SQLiteSession(str(path))
    session.set_dc(2, "127.0.0.1", 443)
    session.auth_key = AuthKey(os.urandom(256))
    session.save()
    session.close()
    path.chmod(0o600)


def _whole_check(folder: Path) -> tuple[float, float, int]:
    """The median time of a whole `check` in ms, and that of the processor; and what it answered at worst."""
    environment = {**os.environ, "TGSESSION_STATE_DIR": str(folder / "state"), "PYTHONPATH": str(Path(__file__).parents[2])}
    times, of_processor, statuses = [], [], []
    for _ in range(_ROUNDS):
        begun, before = time.perf_counter(), os.times()
        statuses.append(subprocess.run(_CHECK, cwd=folder, env=environment, check=False).returncode)
        after = os.times()
        times.append((time.perf_counter() - begun) * 1000)
        of_processor.append((after.children_user - before.children_user + after.children_system - before.children_system) * 1000)
    return median(times), median(of_processor), max(statuses)


def _start(folder: Path, stack: ExitStack, count: int) -> None:
    files = [stack.enter_context((folder / f"{number}.log").open("w")) for number in range(count)]
    words = ["sleep", "600"]
    process = subprocess.Popen(words, pass_fds=[file.fileno() for file in files], stdout=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.kill)
    for file in files:
        file.close()


def _measure(row: Row) -> tuple[float, float, float]:
    """Both medians in ms, and the median of the pairs' ratios: a slow moment meets both of a pair."""
    row.ours(), row.theirs()
    pairs = [(_time(row.ours), _time(row.theirs)) for _ in range(_ROUNDS)]
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def _time(call: Callable[[], object]) -> float:
    begun = time.process_time()
    call()
    return (time.process_time() - begun) * 1000


def _psutil_workers() -> list[int]:
    """The usual recipe; it also reports editors and searches."""
    psutil.process_iter.cache_clear()
    lines = ((one.info["pid"], one.info["cmdline"] or []) for one in psutil.process_iter(["pid", "name", "cmdline"]))
    return [pid for pid, words in lines if "celery" in " ".join(words)]


def _psutil_open(session: Path) -> list[int]:
    psutil.process_iter.cache_clear()
    files = ((one.info["pid"], one.info["open_files"] or []) for one in psutil.process_iter(["pid", "open_files"]))
    return [pid for pid, opened in files if any(file.path == str(session) for file in opened)]


if __name__ == "__main__":
    sys.exit(main())
