"""Writing to whoever called a command."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn


def prepare() -> None:
    """Make the streams write what their encoding lacks as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # none at all, or a test's own
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def end_by_signals() -> None:
    """Let the signals that end a process end it in order, with 128 + n: Python would end without a single `finally`.

    Process 1 of a container would not even notice them. A second one does not end the clean-up.
    """

    def end(number: int, _frame: object) -> NoReturn:
        for one in ours:
            signal.signal(one, signal.SIG_IGN)
        sys.exit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, end)


def occupy_streams() -> None:
    """Give a lock or a pipe none of the numbers 0 to 2, where the streams are closed: whoever writes there would write into it.

    Programs that are started still find them closed.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)


def say(text: str) -> None:
    """Write *text* to standard error, if anybody takes it; what a terminal would obey is shown, not sent."""
    if sys.stderr is None:  # closed by whoever called us; `print` would take standard output instead
        return
    shown = "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)
    try:
        print(shown, file=sys.stderr, flush=True)
    except (OSError, ValueError):  # broken, or closed
        return
