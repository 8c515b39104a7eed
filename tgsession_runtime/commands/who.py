"""`tgsession-guard who`: who holds a session."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tgsession_runtime.check import holders, tested
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.console import say
from tgsession_runtime.display import echo
from tgsession_runtime.errors import StoreError
from tgsession_runtime.session import with_key_if_readable
from tgsession_runtime.verdict import CANNOT_TELL

if TYPE_CHECKING:
    from tgsession_runtime.check import Surroundings
    from tgsession_runtime.holder import Holder
    from tgsession_runtime.session import SessionName
    from tgsession_runtime.stores import Held


@click.command(
    "who",
    short_help="Say who holds a session.",
    epilog="Exit status: 0 somebody holds it, 1 nobody does, 3 cannot tell. Example: `tgsession-guard who alerts`.",
)
@click.argument("session", nargs=1)
@click.option("--json", "as_json", is_flag=True, help="Write the holders' records as a JSON list.")
def command(session: str, *, as_json: bool) -> int:
    """Say who holds SESSION: which process, since when, and what it runs."""
    about = asked([session])
    name, around = with_key_if_readable(about.names[0]), about.around
    found = holders(name, around.state)
    lease = _lease(name, around, needed=not found)
    if lease is not None and lease.holder is not None and lease.holder.token not in {one.token for one in found}:
        found.append(lease.holder)
    held, closed = ([], []) if found else tested(name, around.state)
    status = 0 if found or held else CANNOT_TELL if closed else 1
    if closed:
        say("\n".join(closed))
    if as_json:
        echo(json.dumps([{**asdict(one), "lease": _lease_of(one, lease)} for one in found], indent=2))
        return status
    for one in found:
        echo(f"{one.state}: {one}")
    if held:
        echo("holding: a process that left no record")
    elif status == 1:
        echo(f"nobody holds `{session}`")
        if name.path is not None and not os.path.exists(name.path):
            say(f"note: there is no session file `{name.path}`; is the name misspelt? `tgsession-guard status` shows those of the project")
    if lease is not None:
        echo(f"lease: {lease}")
    return status


def _lease(name: SessionName, around: Surroundings, *, needed: bool) -> Held | None:
    """Who has the lease of *name*; a store that does not answer is only told of, unless the answer is *needed*."""
    try:
        return around.leases.of(name)
    except StoreError as error:
        if needed:
            raise
        say(error.explain())
        return None


def _lease_of(holder: Holder, lease: Held | None) -> dict[str, Any] | None:
    """The token, and the seconds left, where the lease is that of *holder*."""
    if lease is None or lease.holder is None or lease.holder.token != holder.token:
        return None
    return {name: value for name, value in lease.as_json().items() if name != "holder"}
