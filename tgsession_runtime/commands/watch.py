"""`tgsession-guard watch`: a live view on a terminal, a log of events elsewhere."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from tgsession_runtime.check import check
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.commands.status import tables
from tgsession_runtime.display import coloured, echo
from tgsession_runtime.watching import Event, changes, look

if TYPE_CHECKING:
    from tgsession_runtime.commands.asked import Asked

_KEPT = 10


@click.command(
    "watch",
    short_help="Show what happens to sessions and workers as it happens.",
    epilog="Exit status: 0, or 130 when interrupted. Examples: `tgsession-guard watch`, `tgsession-guard watch | tee -a guard.log`.",
)
@click.argument("session", nargs=-1)
@click.option("--every", type=click.FloatRange(0.05), default=1.0, show_default=True, metavar="SECONDS", help="How often to look.")
@click.option("--for", "seconds", type=click.FloatRange(0), metavar="SECONDS", help="End after so long; else when interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line, also on a terminal.")
def command(session: tuple[str, ...], every: float, seconds: float | None, *, as_json: bool) -> int:
    """Tell what happens to each SESSION and to the project's workers.

    Events: acquired, released, waiting, unclean-end, revoked, worker-came, worker-went; with a lease store also leased,
    lease-ended, no-store, store-answers. On a terminal they stand below a live view, elsewhere they are written as one
    JSON object a line.
    """
    about = asked(session, command="watch")
    around = about.around
    live = sys.stdout.isatty() and not as_json
    deadline = None if seconds is None else time.monotonic() + seconds
    before, told = look(about.names, around.state, around.workers.workers, around.leasing), list[Event]()
    while True:
        if live:
            _draw(about, told)
        if deadline is not None and time.monotonic() >= deadline:
            return 0
        time.sleep(every)
        now = look(about.names, around.state, about.around.workers.workers, around.leasing)
        happened = list(changes(before, now))
        before, told = now, [*told, *happened][-_KEPT:]
        if not live:
            for one in happened:
                echo(json.dumps(one.as_json()))
                sys.stdout.flush()


def _draw(about: Asked, told: list[Event]) -> None:
    around = about.around
    shown = tables([check(name, around) for name in about.names], around)
    events = "\n".join(f"{one.event}: {one.subject}: {one.message}" for one in told) or "nothing yet"
    click.echo(f"\033[H\033[J{shown}\n\n{events}", color=coloured())
