"""The server in a thread of its own: for tests that are not asynchronous, and for those that block their loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .control import Controls, perform
from .server import TelegramServer

_LONGEST = 30.0  # seconds for any control


@contextmanager
def served(**options: Any) -> Iterator[Controls]:
    """A running server, with `TelegramServer`'s options; its controls are safe from every thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loopback Telegram", daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(_LONGEST)

    try:
        server = TelegramServer(**options)
        run(server.__aenter__())
        try:
            yield Controls(server.address, server.port, lambda *args, **kwargs: run(perform(server, *args, **kwargs)))
        finally:
            run(server.__aexit__())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
