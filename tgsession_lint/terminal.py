"""What the terminal can show, and the three-part error."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


def wants_color(stream: Any, environment: Mapping[str, str], choice: str = "auto") -> bool:
    """Whether to write colours to *stream*: by *choice*, `NO_COLOR`, `FORCE_COLOR`, and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") != "0":
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb"


def is_terminal(stream: Any) -> bool:
    """Whether somebody looks at *stream*."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # closed, or taken away
        return False


def width(stream: Any) -> int | None:
    """The columns of the terminal; None where there is none."""
    return shutil.get_terminal_size().columns if is_terminal(stream) or "COLUMNS" in os.environ else None


def tolerant(stream: TextIO | None) -> None:
    """Make *stream* write what its encoding lacks as an escape instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def complain(what: str, why: str = "", hint: str = "", *, label: str = "error") -> None:
    """Say on standard error what happened, why it matters and what to do next."""
    parts = ((label, what), ("why", why), ("hint", hint))
    for name, text in parts:
        if text:
            print(f"{name + ':':<6} {text}", file=sys.stderr)


class Progress:
    """A line on the terminal that says how far a long run is; silent until it is long."""

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._shown = False
        self._started = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show that *done* of *total* files are done."""
        if not self._on:
            return
        import time

        now = time.monotonic()
        self._started = self._started or now
        if now - self._started > 1.0:
            self._shown = True
            bar = "#" * (30 * done // total)
            sys.stderr.write(f"\r  [{bar:<30}] {done}/{total} files")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the line away again."""
        if self._shown:
            sys.stderr.write("\r" + " " * 60 + "\r")
            sys.stderr.flush()
