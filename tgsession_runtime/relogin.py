"""A new login for a session: made in a file of its own, put in the old one's place only when it works."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tgsession_runtime import backups, tombstones
from tgsession_runtime.check import Surroundings, check
from tgsession_runtime.claim import contend
from tgsession_runtime.errors import LoginError, NoConnectionError
from tgsession_runtime.floods import Floods
from tgsession_runtime.lease_settings import leasing_of
from tgsession_runtime.session import path_of, with_key
from tgsession_runtime.session_files import data_centre
from tgsession_runtime.state import State
from tgsession_runtime.teardown import disconnect
from tgsession_runtime.waiting import take, to_the_end, within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tgsession_runtime.config import Settings
    from tgsession_runtime.login import Person
    from tgsession_runtime.session import SessionName

# What makes a login dangerous now; a file that is damaged, dead or not logged in is what a login is for.
_IN_THE_WAY = frozenset({"open-elsewhere", "worker-running", "lease-held", "unknown-holder", "no-permission"})


async def log_in(
    name: SessionName, settings: Settings, way: Callable[[Any, Person, Floods], Awaitable[Any]], person: Person, wait: float
) -> tuple[str, Path, list[Path]]:
    """Log the session *name* in by *way*; as whom, in which file, and where the old file is now.

    Raises:
        SessionInUseError: somebody holds the session.
        LoginError: workers or other programs may use it, or Telegram refuses.
    """
    settings.required("api_id", "api_hash")
    path = path_of(name)
    state = State(settings.state_dir)
    claim = await take(contend(name, state, timeout=wait, leasing=leasing_of(settings)))
    try:
        _refuse_in_the_way(name, Surroundings.of(settings))
        new = backups.new_name(path)
        try:
            _begin(new, path)
            account = await _log_in(name.label, new, settings, way, person, Floods(state.floods()))
            aside = backups.take_place(new, path)
        finally:
            backups.remove_new(new)
        tombstones.clear(with_key(name), state)
    finally:
        claim.release()
    return account, path, aside


def _refuse_in_the_way(name: SessionName, around: Surroundings) -> None:
    reasons = [reason for reason in check(name, around).reasons if reason.code in _IN_THE_WAY]
    if reasons:
        raise LoginError(reasons[0].message, reasons[0].hint, why="a login beside it could revoke both; no code was sent")


async def _log_in(
    label: str, new: Path, settings: Settings, way: Callable[[Any, Person, Floods], Awaitable[Any]], person: Person, floods: Floods
) -> str:
    from telethon import TelegramClient

    # The file is nobody's session yet, and the claim on the one that it will be is held.
    client = TelegramClient(str(new), settings.api_id, settings.api_hash)  # tgsession-lint: ignore[TGS101] claimed and torn down here
    try:
        try:
            await within(settings.connect_timeout, client.connect())
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            raise NoConnectionError(label, str(error) or f"no answer in {settings.connect_timeout:g} s") from error
        user = await way(client, person, floods)
    finally:
        await to_the_end(lambda: disconnect(client, _name(new), settings.disconnect_timeout))
    return f"`{getattr(user, 'username', None) or getattr(user, 'id', '?')}`"


def _name(path: Path) -> SessionName:
    from tgsession_runtime.session import name_of

    return name_of(path)


def _begin(new: Path, path: Path) -> None:
    """Make *new* an empty session file, only this user's, that begins at the data centre where *path* was."""
    backups.make(new)
    from telethon.sessions import SQLiteSession

    home = data_centre(path)
    if home is not None:
        session = SQLiteSession(str(new))
        session.set_dc(*home)
        session.save()
        session.close()
