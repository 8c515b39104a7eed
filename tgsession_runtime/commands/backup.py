"""`tgsession-guard backup`: a consistent copy of a session file, also while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from tgsession_runtime import backups
from tgsession_runtime.commands.asked import asked, file_of
from tgsession_runtime.console import say
from tgsession_runtime.display import echo
from tgsession_runtime.errors import ConfigurationError, quoted


@click.command(
    "backup",
    short_help="Write a consistent copy of a session file.",
    epilog="Exit status: 0 written, 1 not, 2 wrong use. Examples: `tgsession-guard backup alerts`, "
    "`tgsession-guard backup alerts --to /backups/alerts.session`.",
)
@click.argument("session", nargs=1)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to; else beside the file.")
def command(session: str, to: Path | None) -> int:
    """Copy the file of SESSION through SQLite, so that the copy is whole even while the session is in use.

    The copy is a second copy of the key: whoever can read it is logged in, and using it beside the first revokes both.
    """
    name = asked([session]).names[0]
    path = file_of(name)
    to = to or backups.default_place(path)
    if to.exists():
        raise ConfigurationError(f"`{to}` exists already", "name another file", why="nothing is overwritten")
    try:
        backups.copy(path, to)
    except OSError as error:
        raise ConfigurationError(f"`{to}` cannot be written: {error.strerror}", "name another place with `--to FILE`", why="no copy was made") from error
    echo(str(to))
    say("warning: this is a second copy of the login\n"
        "why:   whoever reads it is logged in, and used beside the first it revokes both\n"
        "hint:  keep it where only you can read it; put it back with "
        f"`tgsession-guard restore {quoted(str(to))} {quoted(session)}`")  # fmt: skip
    return 0
