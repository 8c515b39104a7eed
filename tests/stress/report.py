"""Figures with what they may be, and the exit status that follows from them."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any


class Report:
    """Prints figures as they come, and remembers whether one was not what it had to be."""

    def __init__(self, title: str) -> None:
        self._missed: list[str] = []
        self._gates = 0
        _say(f"{title}\non: {machine()}")

    def part(self, title: str) -> None:
        """Begin a part."""
        _say(f"\n{title}")

    def figure(self, name: str, value: Any, gate: str = "", holds: bool | Callable[[Any], bool] = True) -> None:
        """Print a figure; with a *gate*, in words, and whether the figure meets it."""
        met = holds(value) if callable(holds) else holds
        verdict = ""
        if gate:
            self._gates += 1
            verdict = f"{gate}: {'ok' if met else 'MISSED'}"
            if not met:
                self._missed.append(name)
        _say(f"  {name:<58} {_text(value):>12}  {verdict}".rstrip())

    def none(self, name: str, count: int) -> None:
        """A figure that has to be 0."""
        self.figure(name, count, "none", count == 0)

    def line(self, text: str) -> None:
        """Print *text* as it is."""
        _say(f"  {text}")

    def end(self) -> int:
        """The last line, and the exit status: 1 if a gate was missed."""
        missed = f": {', '.join(self._missed)}" if self._missed else ""
        _say(f"\n{len(self._missed)} of {self._gates} gates missed{missed}")
        return 1 if self._missed else 0


def machine() -> str:
    """When and where, with the versions that decide."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("telethon", "filelock"))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    date = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    return f"{date}, Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} cores{load}; {versions}"


def milliseconds(seconds: float) -> str:
    """*seconds* as text, in ms."""
    return f"{seconds * 1000:.2f} ms"


def _text(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
