"""`tgsession-guard import`: a session string as a session file."""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO

import click

from tgsession_runtime.commands.asked import asked
from tgsession_runtime.commands.claiming import claimed
from tgsession_runtime.display import echo
from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.session import name_of_string, path_of


@click.command(
    "import",
    short_help="Make a session file of a session string.",
    epilog="Exit status: 0 made, 1 not, 2 wrong use, 75 the session is in use. Examples: "
    "`tgsession-guard import alerts.txt alerts`, `tgsession-guard import - alerts < alerts.txt`.",
)
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.argument("session", nargs=1)
@click.option("-w", "--wait", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="How long to wait for whoever holds it.")
def command(file: IO[str], session: str, wait: float) -> int:
    """Make the file of SESSION from the session string in FILE, `-` for standard input.

    Refuses while either is in use. A file that was there is put aside, never deleted.
    """
    from tgsession_runtime.strings import write_file

    if file.isatty():
        raise ConfigurationError("the session string would be shown as it is typed", "give a file", why="it is the login itself")
    try:
        text = file.read().strip()
    except UnicodeDecodeError:  # which quotes what was read
        raise ConfigurationError(
            f"`{file.name}` is no text, and so no session string", "make one: `tgsession-guard export NAME --to FILE`", why="nothing was done"
        ) from None
    about = asked([session])
    name = about.names[0]
    path = path_of(name)
    with ExitStack() as both:
        claim = both.enter_context(claimed(name, about.settings, wait))
        string = name_of_string(text)
        if string.key_id != claim.name.key_id:
            both.enter_context(claimed(string, about.settings, wait))
        aside = write_file(text, path)
    for kept in aside:
        echo(f"put aside: {kept}")
    echo(f"made:      {path}")
    return 0
