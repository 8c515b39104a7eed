"""Writing to whoever called a command."""

from __future__ import annotations

import sys


def prepare() -> None:
    """Make the streams write what their encoding lacks as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # none at all, or a test's own
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write *text* to standard error, if anybody takes it; what a terminal would obey is shown, not sent."""
    shown = "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)
    try:
        print(shown, file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):  # broken, closed, or none at all
        return
