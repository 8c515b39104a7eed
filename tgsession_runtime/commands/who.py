"""`tgsession-guard who`: who holds a session."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from tgsession_runtime.check import holders
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.display import echo
from tgsession_runtime.session import with_key
from tgsession_runtime.state import State


@click.command(
    "who",
    short_help="Say who holds a session.",
    epilog="Exit status: 0 somebody holds it, 1 nobody does. Example: `tgsession-guard who alerts`.",
)
@click.argument("session", nargs=1)
@click.option("--json", "as_json", is_flag=True, help="Write the holders' records as a JSON list.")
def command(session: str, *, as_json: bool) -> int:
    """Say who holds SESSION: which process, since when, and what it runs."""
    about = asked([session])
    found = holders(with_key(about.names[0]), State(about.settings.state_dir))
    if as_json:
        echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        for one in found:
            echo(f"{one.state}: {one}")
        if not found:
            echo(f"nobody holds `{session}`")
    return 0 if found else 1
