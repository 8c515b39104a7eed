"""`tgsession-guard recover`: the emergency path, one step at a time."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tgsession_runtime import backups, recovery
from tgsession_runtime.check import check
from tgsession_runtime.commands.asked import Asked, asked
from tgsession_runtime.commands.auth import Terminal, way_of
from tgsession_runtime.commands.check import shown
from tgsession_runtime.commands.claiming import claimed
from tgsession_runtime.commands.workers import start_worker, stop_workers
from tgsession_runtime.console import say
from tgsession_runtime.display import echo
from tgsession_runtime.errors import ConfigurationError, WorkersError, quoted
from tgsession_runtime.session import path_of
from tgsession_runtime.state import State

if TYPE_CHECKING:
    from tgsession_runtime.commands.auth import Way
    from tgsession_runtime.recovery import Step

_COLD = 15.0


@click.command(
    "recover",
    short_help="Bring a session back, one step at a time.",
    epilog="Exit status: 0 the session is safe to use, 1 it is not, 2 wrong use. Interrupted, begin again: it goes on where it was. "
    "Examples: `tgsession-guard recover --dry-run alerts`, `tgsession-guard recover --backup kept.session alerts`.",
)
@click.argument("session", nargs=1)
@click.option("--dry-run", is_flag=True, help="Show the steps, and do nothing.")
@click.option("-y", "--yes", is_flag=True, help="Take each step without asking.")
@click.option("--backup", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="What to restore.")
@click.option("--phone", metavar="NUMBER", help="The phone number, where it comes to a login.")
@click.option("--qr", is_flag=True, help="Log in by QR code, where it comes to a login.")
@click.option("--bot-token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="Log a bot in.")
def command(
    session: str, backup: Path | None, phone: str | None, bot_token_file: Path | None, *, dry_run: bool, yes: bool, qr: bool
) -> int:
    """Bring SESSION back, one step at a time.

    Stops the workers, names conflicts, puts a broken file aside, restores a backup or logs in again, starts the workers.
    Each step is shown before it is taken. Nothing is deleted. A session that is safe to use is left alone.
    """
    way = way_of(phone, bot_token_file, qr=qr)
    if not (dry_run or yes or sys.stdin.isatty()):
        raise _nobody_to_ask(session)
    taken: set[tuple[str, Path | None]] = set()
    while True:
        about, todo = _look(session, backup)
        if dry_run or not todo:
            break
        echo(f"{len(todo)} to do; next: {_told(todo[0])}")
        if not yes and not click.confirm("go on?", default=True):
            return 1
        if (this := (todo[0].kind, todo[0].source)) in taken:
            raise WorkersError(f"it did not help to {todo[0].what}", f"see to this first: {todo[0].why}", why="it would be taken for ever")
        taken.add(this)
        _take(todo[0], about, way, phone)
    for step in todo:
        echo(f"would {'have you ' if step.kind == 'end-conflicts' else ''}{_told(step)}")
    verdict = check(about.names[0], about.around)
    echo(shown(verdict))
    return verdict.status


def _nobody_to_ask(session: str) -> ConfigurationError:
    label = quoted(session)
    return ConfigurationError(
        "nobody can be asked here",
        f"see the steps: `tgsession-guard recover --dry-run {label}`; take them: `tgsession-guard recover --yes {label}`",
        why="nothing was done",
    )


def _look(session: str, backup: Path | None) -> tuple[Asked, list[Step]]:
    """How things are now, and what is to be done about that."""
    about = asked([session])
    name = about.names[0]
    path_of(name)  # or nothing can be done
    ran_before = recovery.ran_before(name, State(about.settings.state_dir))
    return about, recovery.steps(name, about.around, backup=backup, restart=ran_before)


def _told(step: Step) -> str:
    """A step, and why it is taken; or how, where a person has to."""
    return f"{step.what}\n  {'how' if step.kind == 'end-conflicts' else 'because'}: {step.why}"


def _take(step: Step, about: Asked, way: Way, phone: str | None) -> None:
    name, state = about.names[0], State(about.settings.state_dir)
    if step.kind == "stop-workers":
        recovery.remember_workers(name, state)
        stop_workers(about, _COLD, force=True)
    elif step.kind == "end-conflicts":
        again = f"{step.why}; then again: `tgsession-guard recover {quoted(name.label)}`"
        raise WorkersError(step.what, again, why="no file is put aside or restored under somebody who uses it")
    elif step.kind == "start-workers":
        start_worker(about, 60.0)
        recovery.forget_workers(name, state)
    elif step.kind == "log-in":
        from tgsession_runtime.relogin import log_in

        account, _, aside = asyncio.run(log_in(name, about.settings, way, Terminal(phone), 0.0))
        say("\n".join([f"logged in as {account}", *(f"put aside: {one}" for one in aside)]))
    else:
        with claimed(name, about.settings, 0.0):
            aside = backups.restore(step.source, path_of(name)) if step.source else backups.put_aside(path_of(name))
        say("\n".join(f"put aside: {one}" for one in aside))
