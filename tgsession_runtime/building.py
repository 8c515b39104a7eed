"""A client, built of a session that is claimed; none of a session file that its library would fail on or write over."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from tgsession_runtime.errors import SessionUnreadableError
from tgsession_runtime.session import key_id_of, read

if TYPE_CHECKING:
    from tgsession_runtime.plan import Plan
    from tgsession_runtime.session import SessionFile, SessionName


def build(plan: Plan, name: SessionName, file: SessionFile | None) -> Any:
    """The client of *plan*; *file* is what the file of the session *name* says, where that could be read.

    Raises:
        SessionUnreadableError: the file is damaged or laid out otherwise, or the session object is older than its login.
    """
    if name.path is not None:
        # A damaged one is read again, to say what is wrong with it.
        _refuse_layout(plan, name, file or read(name.path, name.label))
    try:
        client = plan.build()
    except sqlite3.Error as error:
        raise SessionUnreadableError(name.label, str(error)) from error
    if name.path is not None and key_id_of(getattr(client.session, "auth_key", None)) != name.key_id:
        # Telethon writes the key that it has in memory into the file at every connect, over the good one.
        raise SessionUnreadableError(
            name.label,
            "the session object was made before somebody else logged in",
            "give the path and let the guard open it, or make the object anew",
        )
    return client


def _refuse_layout(plan: Plan, name: SessionName, file: SessionFile) -> None:
    """Raise if the client's library cannot read that layout: it fails on it, or writes in the old one."""
    if not file.schema:
        raise SessionUnreadableError(name.label, "it does not say in which layout it is")
    if file.schema > plan.newest_schema:
        raise SessionUnreadableError(
            name.label, f"a newer Telethon has written it, in layout {file.schema}", "upgrade Telethon here too: `pip install -U telethon`"
        )
