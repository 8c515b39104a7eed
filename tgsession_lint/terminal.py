"""What the terminal can show: colour, width, an error in three parts, a line of progress; and writing to it at all."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgsession_lint.finding import Fault

_LONG = 1.0  # seconds from which on a run is long
_PAUSE = 0.1  # seconds between two looks of the line of progress


class OutputError(Exception):
    """Standard output takes nothing more, and somebody should know."""


def prepare() -> None:
    """Make the streams write what their encoding lacks as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # none at all, or a test's own
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def wants_color(stream: Any, environment: Mapping[str, str], choice: str = "auto") -> bool:
    """Whether to write colours to *stream*: by *choice*, `NO_COLOR`, `FORCE_COLOR`, and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0").lower() not in {"", "0", "false"}:
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb"


def is_terminal(stream: Any) -> bool:
    """Whether somebody looks at *stream*."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # closed, or taken away
        return False


def width(stream: Any) -> int | None:
    """The columns of the terminal, or of `COLUMNS`; None where *stream* is none."""
    if not is_terminal(stream):
        return None
    import shutil

    return max(20, shutil.get_terminal_size().columns)


def write(text: str, *, color: bool = False) -> None:
    """Write *text* to standard output; when nobody reads any more, quietly not.

    Raises:
        OutputError: it cannot be written, for another reason.
    """
    if sys.stdout is None:  # closed by whoever called us
        return
    try:
        # Click's own choice of a stream would write UTF-8 where ASCII was asked for.
        click.echo(text, file=sys.stdout, nl=False, color=color)
        sys.stdout.flush()
    except OSError as error:
        _silence(sys.stdout)
        # What Windows calls a broken pipe is EINVAL.
        if error.errno not in {errno.EPIPE, errno.EINVAL}:
            raise OutputError(error.strerror or str(error)) from None


def write_bytes(data: bytes) -> None:
    """Write *data* to standard output as it is, in whatever encoding.

    Raises:
        OutputError: it cannot be written.
    """
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        write(data.decode("utf-8", "replace"))
        return
    try:
        stream.write(data)
        stream.flush()
    except OSError as error:
        _silence(sys.stdout)
        if error.errno not in {errno.EPIPE, errno.EINVAL}:
            raise OutputError(error.strerror or str(error)) from None


def complain(what: str, why: str = "", hint: str = "", *, label: str = "error") -> None:
    """Say on standard error what happened, why it matters and what to do next."""
    from tgsession_lint.reports.text import encodable, harmless

    parts = ((label, what), ("why", why), ("hint", hint))
    say("".join(f"{name + ':':<6} {harmless(encodable(text))}\n" for name, text in parts if text))


def say(text: str) -> None:
    """Write *text* to standard error, if it is there."""
    if sys.stderr is None:
        return
    try:
        click.echo(text, file=sys.stderr, nl=False)
    except OSError:
        _silence(sys.stderr)


def report_fault(fault: Fault, version: str, repository: str) -> None:
    """Say that the linter itself has failed, and what a stranger can paste into a report."""
    from tgsession_lint.reports.mask import mask

    what = f"`{fault.path}` could not be checked for {fault.rule or 'every rule'}" if fault.path else "the linter broke down"
    why = "a fault of the linter, not of the file; everything else was checked" if fault.path else "a fault of the linter"
    complain(f"{what}: {_last_line(fault.error)}", why, f"please report what stands below: {repository}/issues/new")
    # A message of Python's can quote what was read.
    trace = mask(fault.error.rstrip()).replace(os.path.expanduser("~"), "~")
    say(f"\n```\n{_versions(version)}\nrule {fault.rule or '-'}, file {fault.path or '-'}\n{trace}\n```\n")


class Progress:
    """A line on the terminal that says how far a long run is; silent until it is long."""

    def __init__(self, *, on: bool) -> None:
        import time

        self._on = on and is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self._clock = time.monotonic
        self._next = self._clock() + _LONG
        self._shown = 0

    def __call__(self, done: int, total: int) -> None:
        """Show that *done* of the *total* files that matter are done."""
        if not self._on or self._clock() < self._next:
            return
        self._next = self._clock() + _PAUSE
        line = f"[{'#' * (20 * done // total):<20}] {done}/{total} files that matter"
        say("\r" + line.ljust(self._shown))
        self._shown = len(line)

    def end(self) -> None:
        """Take the line away again."""
        if self._shown:
            say("\r" + " " * self._shown + "\r")
            self._shown = 0


def _last_line(trace: str) -> str:
    from tgsession_lint.reports.mask import mask

    lines: Sequence[str] = trace.rstrip().splitlines()
    return mask(lines[-1]) if lines else "no message"


def _versions(version: str) -> str:
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    named = [f"tgsession-lint {version}"]
    for package in ("libcst", "click", "pathspec"):
        try:
            named.append(f"{package} {installed(package)}")
        except PackageNotFoundError:  # not installed as a package, but vendored or frozen
            named.append(f"{package} ?")
    return ", ".join([*named, f"{platform.python_implementation()} {platform.python_version()}", platform.platform()])


def _silence(stream: Any) -> None:
    """Let *stream* lead nowhere: Python flushes it once more at exit, and would complain then."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError, AttributeError):
        return
