"""`tgsession-guard run`: hold a session while a program runs that knows nothing of the guard."""

from __future__ import annotations

import logging
import math
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tgsession_runtime.console import occupy_streams, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_runtime.claim import Claim
    from tgsession_runtime.session import SessionName

_REPORT_EVERY = 5.0  # seconds, where nobody looks at a terminal


def _seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 <= value < math.inf:
        raise click.BadParameter(f"{value} is no number of seconds, 0 or more", context, parameter)
    return value


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    short_help="Hold a session while a program runs that does not use the guard.",
    epilog="Exit status: that of COMMAND, 128 + n if signal n ended it; before it was started 75 if the session was in use, "
    "126 or 127 if COMMAND cannot be executed or found, 2 for wrong use or configuration, 1 for any other refusal.",
)
@click.option("-s", "--session", metavar="NAME", help="The session file, as the program names it; else that of the settings.")
@click.option("-w", "--wait", type=float, callback=_seconds, metavar="SECONDS",
              help="How long to wait for whoever holds it.  [default: 30]")  # fmt: skip
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="[--] COMMAND [ARGUMENTS]...")
def command(session: str | None, wait: float | None, command: tuple[str, ...]) -> int:
    """Hold a session while COMMAND runs, so that no guarded program uses it meanwhile.

    For programs that do not use guarded_client: they run unchanged, with the same input, output and terminal. Signals are
    passed on to COMMAND. The session stays held as long as COMMAND lives, even if this process is killed.
    """
    from tgsession_runtime.errors import CommandError
    from tgsession_runtime.program import Program

    if shutil.which(command[0]) is None and not os.path.exists(command[0]):
        raise CommandError(command[0])
    occupy_streams()
    claim = _claim(session, wait)
    try:
        program = Program(command, claim.descriptors)
    except BaseException:
        claim.release()
        raise
    return _run(program, claim, command)


def _run(program: Any, claim: Claim, command: Sequence[str]) -> int:
    from tgsession_runtime.errors import ClaimLostError, LeaseLostError
    from tgsession_runtime.processes import started_at

    def started(pid: int) -> None:
        with suppress(OSError):  # a full disk: the claim stands, only its record says less
            claim.describe(pid=pid, started=started_at(pid) or "", command=f"tgsession-guard run {_short(command)}")

    told = False

    def lost() -> int:
        nonlocal told
        lease = claim.lease
        if not told and lease is not None and lease.lost:
            told = True
            say(LeaseLostError(claim.name.label, lease.lost).explain())
        elif not told and (reason := claim.lost()):
            told = True
            say(ClaimLostError(claim.name.label, reason).explain())
        return signal.SIGKILL if lease is not None and not lease.is_open() else signal.SIGTERM if told else 0

    def leftover() -> None:
        say(f"warning: `{_short(command)}` has ended, and something that it started has not\n"
            "why:   that may use the session, which therefore stays held\n"
            "hint:  let the command wait for what it starts; a signal ends this wait")  # fmt: skip

    try:
        ended = program.run(started, lost, leftover)
    except BaseException:
        claim.release()
        raise
    if not ended.alone:
        # Released, the lock would be free for all; as it is, the kernel frees it when the last of them ends.
        _vanish(ended.status)
    claim.release()
    return int(ended.status)


def _claim(session: str | None, wait: float | None) -> Claim:
    from tgsession_runtime import tombstones
    from tgsession_runtime.claim import contend
    from tgsession_runtime.config import settings_here
    from tgsession_runtime.events import event
    from tgsession_runtime.lease_settings import leasing_of
    from tgsession_runtime.pause import wait_for
    from tgsession_runtime.session import name_of, name_of_string, with_key
    from tgsession_runtime.state import State

    given = {name: value for name, value in (("session", session), ("lock_timeout", wait)) if value is not None}
    found = settings_here(given)
    found.required("session")
    name = name_of_string(found.session_string) if found.session_string else name_of(found.session)
    state = State(found.state_dir)
    _warn_of_no_file(name)
    _listen()
    tombstones.refuse(with_key(name), state)
    claim = wait_for(contend(name, state, timeout=found.lock_timeout, leasing=leasing_of(found)))
    if claim.predecessor is not None:
        event(logging.WARNING, "unclean-end", claim.name, f"{claim.predecessor} ended without releasing it")
    try:
        tombstones.refuse(claim.name, state)  # it may have died while we waited
    except BaseException:
        claim.release()
        raise
    return claim


def _warn_of_no_file(name: SessionName) -> None:
    if name.path is not None and not os.path.exists(name.path):
        say(f"warning: there is no session file `{name.path}` yet\n"
            "why:   a name that the program does not use keeps nobody off its session\n"
            "hint:  give `--session` the name that the program gives to Telethon")  # fmt: skip


def _listen() -> None:
    """Show what the claim says while it waits: each second on a terminal, every few seconds in a log."""
    logger = logging.getLogger("tgsession")
    if logger.handlers:
        return
    logger.addHandler(_Spoken())
    logger.propagate = False


class _Spoken(logging.Handler):
    """Warnings, on standard error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._next = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", "") == "waiting" and not sys.stderr.isatty():
            if time.monotonic() < self._next:
                return
            self._next = time.monotonic() + _REPORT_EVERY
        say(record.getMessage())


def _short(command: Sequence[str]) -> str:
    """What a record calls *command*: the program and, for an interpreter, its script or module; an argument may be a secret."""
    name = os.path.basename(command[0])
    if name.startswith(("python", "pypy")) and len(command) > 1:
        if command[1] == "-m" and len(command) > 2:
            return f"{name} -m {command[2]}"
        if os.path.isfile(command[1]):
            return f"{name} {os.path.basename(command[1])}"
    return name


def _vanish(status: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)
