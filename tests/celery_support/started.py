"""Processes that are started together and all stopped in the end, in bounded time."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

_STOP = 20.0


def until(happened: Callable[[], object], what: str, timeout: float = 60) -> None:
    """Wait until *happened* is true; fail by the name of *what* after *timeout* seconds."""
    deadline = time.monotonic() + timeout
    while not happened():
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.02)


@dataclass
class Started:
    """One process in a session of its own, so that whatever it starts can be stopped with it."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """Of the process that was started: a wrapper, maybe."""
        return self.process.pid


@dataclass
class Crowd:
    """All processes of a test; leaving its block ends each, with what it has started."""

    logs: Path
    started: list[Started] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    """Process groups that have left their session: daemons."""

    def start(self, words: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Started:
        """Start *words* in *folder*; what it prints goes to a file."""
        log = self.logs / f"{len(self.started)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                words, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.PIPE, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.started.append(Started(process, log))
        return self.started[-1]

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        groups = [one.pid for one in self.started] + self.others
        for group in groups:
            _signal(group, signal.SIGTERM)
        deadline = time.monotonic() + _STOP
        while time.monotonic() < deadline and any(map(_lives, groups)):
            for one in self.started:
                one.process.poll()  # reaps it
            time.sleep(0.05)
        for group in groups:
            _signal(group, signal.SIGKILL)
        for one in self.started:
            one.process.wait(timeout=10)
            if one.process.stdin:
                one.process.stdin.close()


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
