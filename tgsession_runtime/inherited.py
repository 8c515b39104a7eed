"""Clients that a forked child has inherited: cut off from their connections, and of no use any more.

Parent and child would speak over one connection with one auth key, and both write one session file.
"""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from typing import Any, NoReturn

from tgsession_runtime import forks, sockets
from tgsession_runtime.errors import InheritedClientError, SessionError
from tgsession_runtime.session import name_of


def refuse(client: Any, loop: Any, error: SessionError) -> None:
    """Let every use of *client* raise *error*, and leave its parent's connection and *loop* alone; to be called in a child."""

    def refused(*_: Any, **__: Any) -> NoReturn:
        raise error.with_traceback(None)

    forks.part(loop)
    for number in sockets.descriptors(client):
        forks.silence(number)
    sockets.never_again(client)
    for name in ("_call", "connect", "disconnect"):
        with suppress(AttributeError):
            setattr(client, name, refused)
    forks.keep_for_ever(getattr(getattr(client, "session", None), "_conn", None))


def refuse_all() -> None:
    """Refuse each of Telethon's clients that there are: to be called in a child before it runs code of its own."""
    telethon: Any = sys.modules.get("telethon.client.telegrambaseclient")
    if telethon is None:
        return
    for one in gc.get_objects():
        # By the type itself: a proxy that is asked would load what it stands for.
        if issubclass(type(one), telethon.TelegramBaseClient):
            refuse(one, getattr(one, "_loop", None), InheritedClientError(_label(one)))


def _label(client: Any) -> str:
    try:
        return name_of(client.session).label
    except Exception:  # of whatever keeps the session
        return type(client).__name__
