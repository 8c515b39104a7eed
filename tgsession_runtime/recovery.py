"""The emergency path for one session as steps; which of them are needed is read from how things are, each time anew.

So a recovery that was interrupted is begun again, and goes on where it was. Only whether workers ran before cannot be seen
afterwards: that stands in a small file until they run again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tgsession_runtime import backups, tombstones
from tgsession_runtime.check import Surroundings, check
from tgsession_runtime.errors import ConfigurationError, SessionUnreadableError
from tgsession_runtime.session import SessionName, read
from tgsession_runtime.session_files import newest_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tgsession_runtime.state import State
    from tgsession_runtime.verdict import Reason
    from tgsession_runtime.workers import Worker

Kind = Literal["stop-workers", "end-conflicts", "put-aside", "restore", "log-in", "start-workers"]
_CONFLICTS = frozenset({"held", "open-elsewhere", "lease-held", "unknown-holder", "no-permission"})
_BROKEN = frozenset({"corrupt", "revoked", "schema-newer"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and why."""

    kind: Kind
    what: str
    why: str
    source: Path | None = None
    """The backup to restore."""


def steps(name: SessionName, around: Surroundings, *, backup: Path | None = None, restart: bool = False) -> list[Step]:
    """What has to be done until the session *name* is safe to use; nothing if it is.

    Raises:
        ConfigurationError: *backup* would not help.
    """
    path = name.path
    if path is None:
        return []
    if backup is not None and (useless := _useless(backup, around.state)):
        raise ConfigurationError(f"`{backup}` {useless}", "name another backup; or none, then it may come to a new login", why="nothing was done")
    running = [worker for worker in around.workers.workers if worker.runs_tasks]
    reasons = check(name, around).reasons
    conflicts = [reason for reason in reasons if reason.code in _CONFLICTS and not _is_of(reason, running)]
    mends = list(_mends(path, reasons, backup, around.state))
    found: list[Step] = []
    if running and (mends or conflicts):
        pids = " ".join(str(worker.process.pid) for worker in running)
        found.append(Step("stop-workers", f"stop the workers: pid {pids}", "nobody may use the session meanwhile"))
    found += [Step("end-conflicts", f"end this first: {reason.message}", reason.hint) for reason in conflicts]
    found += mends
    if (running and found) or (restart and not running):
        found.append(Step("start-workers", "start the workers again", "they ran before"))
    return found


def _is_of(reason: Reason, running: Sequence[Worker]) -> bool:
    """Whether *reason* ends with the workers that are stopped anyway."""
    pids = {one.get("pid") for one in reason.details.get("holders", ())} | {reason.details.get("pid")}
    return pids - {None} != set() and pids - {None} <= {pid for worker in running for pid in worker.pids}


def _mends(path: Path, reasons: Sequence[Reason], backup: Path | None, state: State) -> Iterator[Step]:
    broken = [reason for reason in reasons if reason.code in _BROKEN]
    if broken and path.exists():
        yield Step("put-aside", f"put `{path}` and its journal aside, never delete them", broken[0].message)
    if broken or not path.exists() or any(reason.code == "not-logged-in" for reason in reasons):
        yield _new_login(path, backup or next((one for one in backups.of(path) if not _useless(one, state)), None))


def remember_workers(name: SessionName, state: State) -> None:
    """Note that workers ran before."""
    _note(name, state).write_text(json.dumps(True), encoding="utf-8")


def ran_before(name: SessionName, state: State) -> bool:
    """Whether workers ran before a recovery that was interrupted."""
    return _note(name, state).exists()


def forget_workers(name: SessionName, state: State) -> None:
    """They run again."""
    with suppress(OSError):
        _note(name, state).unlink()


def _new_login(path: Path, source: Path | None) -> Step:
    if source is not None:
        return Step("restore", f"restore `{source}`", "it holds the login", source)
    return Step("log-in", f"log in again: `{path.name}`", "there is no backup beside it whose login is not known to have ended")


def _useless(backup: Path, state: State) -> str:
    """Why *backup*, put in the place of the session, would have to be put aside again; empty if it would not."""
    try:
        file = read(backup)
    except SessionUnreadableError as error:
        return f"cannot be read: {error.reason}"
    if file.schema > newest_schema():
        return f"was written by a newer Telethon, in layout {file.schema}"
    record = tombstones.read(SessionName(backup.name, backup, file.key_id), state)
    return f"holds a login that Telegram has ended: {record['reason']}" if record is not None else ""


def _note(name: SessionName, state: State) -> Path:
    return state.recovery(name.path or state.root)
