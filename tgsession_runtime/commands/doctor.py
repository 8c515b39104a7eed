"""`tgsession-guard doctor`: is this environment fit for the guard, and what to do where it is not."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from tgsession_runtime.commands.asked import asked
from tgsession_runtime.display import echo
from tgsession_runtime.examination import Finding, examine

_MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "bad": ("bad", "red")}


@click.command(
    "doctor",
    short_help="Say whether this environment is fit for the guard.",
    epilog="Exit status: 0 nothing bad, 1 something is, 2 the configuration cannot be used. Examples: "
    "`tgsession-guard doctor`, `tgsession-guard doctor --online --verbose`.",
)
@click.option("--json", "as_json", is_flag=True, help="Write a JSON list.")
@click.option("-v", "--verbose", is_flag=True, help="Show also what is in order.")
@click.option("--online", is_flag=True, help="Ask Telegram what time it is, too: one packet, without a login or a session.")
def command(*, as_json: bool, verbose: bool, online: bool) -> int:
    """Look at versions, the clock, file systems, permissions, the configuration and what was left behind.

    Nothing is changed, but for a file that is made and removed in the state folder. Nothing is sent to Telegram, unless
    `--online` asks it for its time and waits up to 5 s for the answer.
    """
    about = asked([], need_one=False)
    found = list(examine(about.settings, about.names, about.around, online=online))
    if as_json:
        echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        for one in found:
            if verbose or one.state != "ok":
                echo(_shown(one))
        bad = sum(one.state == "bad" for one in found)
        echo(f"{len(found)} looked at: {bad} bad, {sum(one.state == 'note' for one in found)} to note")
    return 1 if any(one.state == "bad" for one in found) else 0


def _shown(one: Finding) -> str:
    word, colour = _MARKS[one.state]
    hint = f"\n      hint: {one.hint}" if one.hint else ""
    return f"{click.style(f'{word:<4}', fg=colour)}  {one.subject}: {one.message}{hint}"
