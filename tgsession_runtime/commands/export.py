"""`tgsession-guard export`: a session file as a session string, to a file or a terminal that asked for it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from tgsession_runtime.commands.asked import asked, file_of
from tgsession_runtime.commands.claiming import claimed
from tgsession_runtime.console import say
from tgsession_runtime.display import echo
from tgsession_runtime.errors import ConfigurationError, quoted


@click.command(
    "export",
    short_help="Write a session as a session string, to a file or a terminal.",
    epilog="Exit status: 0 written, 1 not, 2 wrong use, 75 the session is in use. Examples: "
    "`tgsession-guard export alerts --to alerts.txt`, `tgsession-guard export alerts --show`.",
)
@click.argument("session", nargs=1)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="A new file, which only you may read.")
@click.option("--show", is_flag=True, help="Show it, on a terminal.")
@click.option("-w", "--wait", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="How long to wait for whoever holds it.")
def command(session: str, to: Path | None, wait: float, *, show: bool) -> int:
    """Write SESSION as a session string: the login itself, to be treated as a password.

    It goes to a file or to a terminal that asked for it, never into a pipe or a log.
    """
    from tgsession_runtime.strings import string_of

    if (to is None) == (not show):
        here = f"`tgsession-guard export {quoted(session)} --to FILE`, or `--show` in its place for a terminal"
        raise ConfigurationError("say where to, by one of `--to` and `--show`", here, why="a session string is the login itself")
    if show and not sys.stdout.isatty():
        raise ConfigurationError("`--show` is for a terminal", "write it to a file with `--to FILE`", why="a log or a pipe would keep it")
    about = asked([session])
    name = about.names[0]
    path = file_of(name)
    with claimed(name, about.settings, wait):
        text = string_of(path)
    if to is None:
        echo(text)
    else:
        _write(text, to)
        echo(str(to))
    say("warning: this is a second copy of the login\n"
        "why:   whoever reads it is logged in, and used beside the first it revokes both\n"
        "hint:  use the string or the file, never both at a time")  # fmt: skip
    return 0


def _write(text: str, to: Path) -> None:
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(f"`{to}` exists already", "name another file", why="nothing is overwritten") from None
    except OSError as error:
        raise ConfigurationError(f"`{to}` cannot be written: {error.strerror}", "name another place") from error
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
    except BaseException:  # a full disk, a signal: half a login is none, and would be in the way of the next try
        with suppress(OSError):
            to.unlink()
        raise
