"""`tgsession-guard who`: who holds a session."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from tgsession_runtime.check import holders
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.display import echo
from tgsession_runtime.leasing import leasing_of
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
    name = with_key(about.names[0])
    found = holders(name, State(about.settings.state_dir))
    leasing = leasing_of(about.settings)
    held = leasing.read(name.key_id_hex) if leasing is not None and name.key_id is not None else None
    if held is not None and held.holder is not None and held.holder.token not in {one.token for one in found}:
        found.append(held.holder)
    if as_json:
        echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        for one in found:
            echo(f"{one.state}: {one}")
        if not found:
            echo(f"nobody holds `{session}`")
    return 0 if found else 1
