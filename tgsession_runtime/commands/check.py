"""`tgsession-guard check`: is it safe to use this session now, and what to do if not."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from tgsession_runtime.check import check
from tgsession_runtime.commands.asked import Asked, asked
from tgsession_runtime.display import echo, weighed
from tgsession_runtime.verdict import worst

if TYPE_CHECKING:
    from tgsession_runtime.verdict import Verdict

_LOOK_EVERY = 0.25


@click.command(
    "check",
    short_help="Say whether it is safe to use a session now, and what to do if not.",
    epilog="Exit status: 0 safe (warnings allowed), 1 unsafe, 2 wrong use, 3 cannot tell. "
    "In a shell script: `tgsession-guard check --quiet alerts && python debug.py`. "
    "Before a worker starts: `tgsession-guard check --wait 30 alerts`.",
)
@click.argument("session", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object; the exit status stays the same.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing; the exit status says it.")
@click.option("-w", "--wait", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="Wait until it is safe, up to so long.")
@click.option("--remote", is_flag=True, help="Ask the workers of all hosts too, through the broker of `celery-app`.")
def command(session: tuple[str, ...], *, as_json: bool, quiet: bool, wait: float, remote: bool) -> int:
    """Say of each SESSION whether it is safe to use it now.

    Looks at who holds it, who has its file open, which workers run, and at the file itself. Nothing is changed, and nothing
    is sent to Telegram. Without SESSION it is the configured one, or every session file of the project.
    """
    about = asked(session).ask_all_hosts() if remote else asked(session)
    verdicts = _wait_until_safe(about, wait, quiet=quiet)
    if as_json and not quiet:
        echo(json.dumps({"verdict": _word(verdicts), "sessions": [one.as_json() for one in verdicts]}, indent=2))
    elif not quiet:
        for verdict in verdicts:
            echo(shown(verdict))
    return worst(verdicts)


def shown(verdict: Verdict) -> str:
    """The verdict for people: each reason with what to do about it."""
    lines = [f"{verdict.name.label}: {weighed(verdict.answer)}"]
    for reason in verdict.reasons:
        lines += [f"  {weighed(reason.weight)} [{reason.code}]: {reason.message}", f"    hint: {reason.hint}"]
    if verdict.lease is not None and not any(reason.code == "lease-held" for reason in verdict.reasons):
        lines.append(f"  lease: {verdict.lease}")
    return "\n".join(lines)


def _wait_until_safe(about: Asked, seconds: float, *, quiet: bool) -> list[Verdict]:
    deadline, told = time.monotonic() + seconds, False
    while True:
        around = about.around
        verdicts = [check(name, around) for name in about.names]
        left = deadline - time.monotonic()
        if not worst(verdicts) or left <= 0:
            break
        if not quiet and sys.stderr.isatty():
            told = True
            click.echo(f"\r\033[Kwaiting for {_waits_for(verdicts)}, {left:.0f} s left", nl=False, err=True)
        time.sleep(min(_LOOK_EVERY, left))
    if told:
        click.echo("\r\033[K", nl=False, err=True)
    return verdicts


def _waits_for(verdicts: list[Verdict]) -> str:
    worst_one = next(one for one in verdicts if one.status)
    reason = next(one for one in worst_one.reasons if one.weight != "warning")
    return f"`{worst_one.name.label}`: {reason.message}"


def _word(verdicts: list[Verdict]) -> str:
    return next(one.answer for one in verdicts if one.status == worst(verdicts))
