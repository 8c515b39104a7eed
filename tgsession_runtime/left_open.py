"""Which of Telethon's clients were built for a test or a fixture and are still connected after it; standard library only."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MODULE = "telethon.client.telegrambaseclient"
_ADVICE = (
    "why:  an open client keeps its session file locked and its login in use\n"
    "hint: `with guarded_client(…)`, the fixture `guarded_client`, or `disconnect()` in a `finally`"
)


class Watch:
    """Every client that is built, by whom it was built for."""

    def __init__(self) -> None:
        self._owners: list[object] = []
        self._built: list[tuple[object, Any, str]] = []
        self._restore: Callable[[], None] | None = None

    @contextmanager
    def owned_by(self, owner: object) -> Iterator[None]:
        """What is built inside is for *owner*."""
        self._begin()
        self._owners.append(owner)
        try:
            yield
        finally:
            self._owners.remove(owner)

    def left_open(self, owner: object) -> str:
        """What *owner* has left connected, with where it was built; nothing if nothing. Each client is told once."""
        mine = [one for one in self._built if one[0] is owner]
        self._built = [one for one in self._built if one[0] is not owner]
        places = [place for _, client, place in mine if _is_open(client)]
        if not places:
            return ""
        count = "a Telethon client" if len(places) == 1 else f"{len(places)} Telethon clients"
        return "\n".join([f"{count} connected, built here:", *places, _ADVICE])

    def end(self) -> None:
        """Leave Telethon as it was."""
        if self._restore is not None:
            self._restore()
            self._restore = None

    def _begin(self) -> None:
        """Note what is built from now on, once Telethon has been imported at all."""
        module: Any = sys.modules.get(_MODULE)
        kind = getattr(module, "TelegramBaseClient", None)
        if self._restore is not None or kind is None:
            return
        original = kind.__init__

        def built(client: Any, *arguments: Any, **options: Any) -> None:
            if self._owners:
                self._built.append((self._owners[-1], client, _place()))
            original(client, *arguments, **options)

        kind.__init__ = built

        def restore() -> None:
            if kind.__init__ is built:
                kind.__init__ = original

        self._restore = restore


def _is_open(client: Any) -> bool:
    try:
        return bool(client.is_connected())
    except Exception:  # its constructor has failed, or it was inherited through a fork
        return False


def _place() -> str:
    """Where the calling code stands: the frames that are neither ours nor a library's."""
    frames = [one for one in traceback.extract_stack() if not _is_library(one.filename)]
    return "".join(traceback.format_list(frames[-4:])).rstrip()


def _is_library(path: str) -> bool:
    return path.startswith((_HERE, _STANDARD, "<")) or f"{os.sep}site-packages{os.sep}" in path


_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STANDARD = os.path.dirname(os.__file__) + os.sep
