"""The server's controls from outside its event loop: one call in, one result out."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import inspect
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from .accounts import Account
from .place import CONTROLS, Place
from .server import TelegramServer
from .sessions import Login

_POLL, _GLANCE = 0.005, 0.1


async def perform(server: TelegramServer, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call one of the server's controls."""
    if name not in CONTROLS:
        raise ValueError(f"no control is called {name!r}; there are {', '.join(sorted(CONTROLS))}")
    outcome = getattr(server, name)(*args, **kwargs)
    return await outcome if inspect.isawaitable(outcome) else outcome


class Controls(Place):
    """A server that runs somewhere else, with the same controls as `TelegramServer`; each call blocks until it is done."""

    def __init__(self, address: str, port: int, call: Callable[..., Any]) -> None:
        self.address, self.port, self._call = address, port, call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in CONTROLS:
            raise AttributeError(f"the server has no control {name!r}; there are {', '.join(sorted(CONTROLS))}")
        return partial(self._call, name)

    def until(self, holds: Callable[[dict[str, Any]], Any], timeout: float = 10.0) -> dict[str, Any]:
        """Wait until something holds of the ledger; the ledger at that moment.

        Raises:
            TimeoutError: it did not come to hold; the message has the totals.
        """
        end, looked, seen = time.monotonic() + timeout, 0.0, -1
        while True:
            changes, now = self.changes(), time.monotonic()
            # A long ledger is looked at when it has changed; now and then anyhow, for what changes with time alone.
            if changes != seen or now - looked > _GLANCE:
                if holds(ledger := self.ledger()):
                    return dict(ledger)
                looked, seen = now, changes
            if now > end:
                raise TimeoutError(f"not so after {timeout} s: {self.totals()}, {self.ledger()['requests']}")
            time.sleep(_POLL)


# -- JSON lines, for the server in a process of its own


async def answer_lines(server: TelegramServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one control connection until its other side closes."""
    # Cancelled when the process ends with a control connection still open: nobody is left to be told.
    with contextlib.suppress(asyncio.CancelledError), contextlib.closing(writer):
        while line := await reader.readline():
            writer.write(json.dumps(await _outcome(server, line)).encode() + b"\n")


async def _outcome(server: TelegramServer, line: bytes) -> dict[str, Any]:
    try:
        call = json.loads(line)
        return {"ok": encode(await perform(server, call.pop("do"), *decode(call.pop("args", [])), **decode(call)))}
    except Exception as error:  # it belongs to whoever asked
        return {"error": f"{type(error).__name__}: {error}"}


def encode(value: Any) -> Any:
    """As JSON can hold it; `decode` brings it back."""
    match value:
        case Account():
            return {"account": asdict(value)}
        case Login():
            return {"login": {**asdict(value), "auth_key": value.auth_key.hex()}}
        case bytes():
            return {"base64": base64.b64encode(value).decode("ascii")}
        case tuple() | list():
            return [encode(item) for item in value]
    return value


def decode(value: Any) -> Any:
    """What `encode` was given."""
    match value:
        case {"account": dict() as fields}:
            return Account(**fields)
        case {"login": dict() as fields}:
            return Login(**{**fields, "auth_key": bytes.fromhex(fields["auth_key"])})
        case {"base64": str() as text}:
            return base64.b64decode(text)
        case dict():
            return {key: decode(item) for key, item in value.items()}
        case list():
            return [decode(item) for item in value]
    return value
