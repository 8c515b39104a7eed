"""`tgsession-guard restore`: put a copy in the place of a session file, which is kept."""

from __future__ import annotations

from pathlib import Path

import click

from tgsession_runtime import backups
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.commands.claiming import claimed
from tgsession_runtime.display import echo
from tgsession_runtime.errors import SessionUnreadableError
from tgsession_runtime.session import path_of, read


@click.command(
    "restore",
    short_help="Put a backup in the place of a session file, which is kept.",
    epilog="Exit status: 0 restored, 1 not, 2 wrong use, 75 the session is in use. Example: "
    "`tgsession-guard restore alerts.session.backup-20260101T120000Z alerts`.",
)
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("session", nargs=1)
@click.option("-w", "--wait", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="How long to wait for whoever holds it.")
def command(backup: Path, session: str, wait: float) -> int:
    """Put BACKUP in the place of the file of SESSION, as nobody holds it; the file that was there is put aside, never deleted."""
    about = asked([session])
    name = about.names[0]
    path = path_of(name)
    if read(backup, str(backup)).key_id is None:
        raise SessionUnreadableError(str(backup), "there is no auth key in it", "name another backup")
    with claimed(name, about.settings, wait):
        aside = backups.restore(backup, path)
    for kept in aside:
        echo(f"put aside: {kept}")
    echo(f"restored:  {path}")
    return 0
