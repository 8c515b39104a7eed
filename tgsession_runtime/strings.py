"""Session strings from and to session files, while nobody uses the session."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tgsession_runtime import backups
from tgsession_runtime.errors import ConfigurationError, NotLoggedInError
from tgsession_runtime.session import SUFFIX, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def string_of(path: Path) -> str:
    """The session string of the session file *path*: the login itself, to be treated as a password.

    Raises:
        NotLoggedInError: there is no auth key in it.
        SessionUnreadableError: it is no session file.
    """
    if read(path).key_id is None:
        raise NotLoggedInError(path.name.removesuffix(SUFFIX))
    from telethon.sessions import SQLiteSession, StringSession

    with _working_copy(path) as copy:
        session = SQLiteSession(str(copy))
        try:
            return str(StringSession.save(session))
        finally:
            session.close()


def write_file(text: str, path: Path) -> list[Path]:
    """Make *path* the session file of the session string *text*; where the file that was there is now.

    Raises:
        ConfigurationError: *text* is no session string.
    """
    from telethon.sessions import SQLiteSession, StringSession

    try:
        given = StringSession(text.strip())
    except Exception:
        # Neither the text nor the cause, which may quote it.
        raise ConfigurationError("this is no session string of Telethon's", "make one with `tgsession-guard export`") from None
    if not given.auth_key:
        raise ConfigurationError("the session string is empty", "make one with `tgsession-guard export`")
    new = backups.new_name(path)
    try:
        backups.make(new)
        session = SQLiteSession(str(new))
        session.set_dc(given.dc_id, given.server_address, given.port)
        session.auth_key = given.auth_key
        session.save()
        session.close()
        return backups.take_place(new, path)
    finally:
        backups.remove_new(new)


@contextmanager
def _working_copy(path: Path) -> Iterator[Path]:
    """A copy for Telethon to open: it upgrades what it opens, after which an older Telethon cannot read it."""
    copy = backups.new_name(path)
    try:
        yield backups.copy(path, copy)
    finally:
        backups.remove_new(copy)
