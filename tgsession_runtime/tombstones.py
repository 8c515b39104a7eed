"""A dead key is dead once: a small record of it, so that nobody tries it again for ever."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tgsession_runtime.errors import SessionRevokedError, StateFolderError
from tgsession_runtime.holder import current
from tgsession_runtime.terminal import DUPLICATED

if TYPE_CHECKING:
    from pathlib import Path

    from tgsession_runtime.session import SessionName
    from tgsession_runtime.state import State


def refuse(name: SessionName, state: State) -> None:
    """Raise if Telegram has ended the login of *name*, as far as this user's programs have seen.

    A key that Telegram only logged out can be logged in again, by any program, and the file is written then: a record
    older than the file gives way to one more try. A duplicated key never comes back.

    Raises:
        SessionRevokedError: there is a record, with what ended it and when.
    """
    found = read(name, state)
    if found is None:
        return
    if found["reason"] != DUPLICATED and name.path is not None and found.get("file") != _stamp(name.path):
        return
    raise SessionRevokedError(name.label, str(found["reason"]), str(found.get("when", "")), str(found.get("command", "")))


def read(name: SessionName, state: State) -> dict[str, Any] | None:
    """The record about the key of *name*; None if there is none."""
    if name.key_id is None:
        return None
    try:
        found = json.loads(state.tombstone(name.key_id_hex).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("reason") else None


def write(name: SessionName, state: State, reason: str) -> None:
    """Record that the key of *name* is dead because of *reason*: whole or not at all.

    Raises:
        StateFolderError: it could not be written.
    """
    if name.key_id is None:
        return
    here = current()
    record = {
        "key_id": name.key_id_hex, "session": name.label, "reason": reason, "when": here.since, "host": here.host,
        "pid": here.pid, "command": here.command, "file": _stamp(name.path) if name.path else None,
    }  # fmt: skip
    path = state.tombstone(name.key_id_hex)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise StateFolderError(str(path.parent), error.strerror or str(error)) from error


def clear(name: SessionName, state: State) -> None:
    """Forget that the key of *name* was dead: somebody has logged in with it."""
    if name.key_id is not None:
        with suppress(OSError):
            state.tombstone(name.key_id_hex).unlink()


def _stamp(path: Path) -> list[int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_size]
