"""Whole processes, timed in pairs: what one run cost, and how two commands compare."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# They change what a Python process costs; children get none of them.
_COSTLY = (
    "PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME", "PYTHONDEVMODE", "PYTHONTRACEMALLOC",
    "COVERAGE_PROCESS_START",
)  # fmt: skip


class FailedRunError(Exception):
    """A command ended with a status that says it did not do its work."""


@dataclass(frozen=True, slots=True)
class Command:
    """A process to start: its words, its folder, the exit statuses of work done."""

    words: tuple[str, ...]
    folder: Path
    statuses: frozenset[int] = frozenset({0})
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost; `peak_mb` is None where the system does not tell."""

    seconds: float
    peak_mb: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two commands run in turn; `ratios` holds ours / peer of every pair."""

    ours: Run
    peer: Run
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios: a slow moment of the machine meets both runs of a pair."""
        return median(self.ratios)


def compare(ours: Command, peer: Command, pairs: int) -> Comparison:
    """Run *ours* and *peer* in turn, *pairs* times, after one run of each that fills the caches."""
    run(ours)
    run(peer)
    measured = [(run(ours), run(peer)) for _ in range(pairs)]
    return Comparison(
        _middle([one for one, _ in measured]),
        _middle([other for _, other in measured]),
        tuple(one.seconds / other.seconds for one, other in measured),
    )


def run(command: Command) -> Run:
    """Start *command*, wait for its end, say what it cost; what it prints goes nowhere."""
    environment = {name: value for name, value in os.environ.items() if name not in _COSTLY} | dict(command.environment)
    begun = time.perf_counter()
    with subprocess.Popen(
        command.words, cwd=command.folder, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        peak_mb = _wait(process)
        seconds = time.perf_counter() - begun
    if process.returncode not in command.statuses:
        message = f"`{' '.join(command.words)}` ended with status {process.returncode}"
        raise FailedRunError(message)
    return Run(seconds, peak_mb)


def own_peak_mb() -> float | None:
    """This process's peak: Linux lets no child report less than its parent had when it was started."""
    if sys.platform == "win32":
        return None
    import resource

    return _megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _wait(process: subprocess.Popen[bytes]) -> float | None:
    if sys.platform == "win32":
        process.wait()
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return _megabytes(usage.ru_maxrss)


def _megabytes(maxrss: int) -> float:
    return maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _middle(runs: list[Run]) -> Run:
    peaks = [peak for one in runs if (peak := one.peak_mb) is not None]
    return Run(median(one.seconds for one in runs), max(peaks, default=None))
