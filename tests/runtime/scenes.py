"""Small programs around a guard, each played in a process of its own (`play.py`)."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.runtime.guarding import opened, quick

_LONG = 30.0  # seconds; nothing waits so long
SCENES: dict[str, Callable[..., Any]] = {}


def scene(function: Callable[..., Any]) -> Callable[..., Any]:
    """A program to be named in a request."""
    SCENES[function.__name__] = function
    return function


def say(text: str) -> None:
    """Tell the test."""
    os.write(1, f"{text}\n".encode())


@scene
def awaiting(form: str, session: str) -> None:
    """The body waits for what Telegram sends."""
    inside(form, session, lambda client: asyncio.sleep(_LONG))


@scene
def blocking(form: str, session: str, again: float = _LONG) -> None:
    """The body waits without an event loop, *again* seconds at a time."""

    async def block(_client: Any) -> None:
        end = time.monotonic() + _LONG
        while time.monotonic() < end:
            time.sleep(again)  # noqa: ASYNC251 - that is what it is about
            await asyncio.sleep(0)

    inside(form, session, block)


@scene
def swallowing(form: str, session: str) -> None:
    """The body does not let itself be cancelled the first time."""

    async def body(_client: Any) -> None:
        try:
            await asyncio.sleep(_LONG)
        except BaseException as error:
            say(f"swallowed {type(error).__name__}")

    inside(form, session, body)


@scene
def leaving(form: str, session: str) -> None:
    """The way out takes as long as it may, as the other side does not read."""
    from telethon.tl import functions

    async def body(client: Any) -> None:
        await client(functions.account.GetPasswordRequest())  # from here on the server reads no more
        transport = client._sender._connection._writer.transport
        transport.write(b"\0" * 50_000_000)  # more than the kernel takes: the rest has to wait
        assert transport.get_write_buffer_size()
        say("leaving")

    inside(form, session, body, disconnect_timeout=2.0)


@scene
def short(form: str, session: str) -> None:
    """In, a request, out, and still there afterwards."""
    inside(form, session, lambda client: client.get_me())
    say("outside")
    time.sleep(_LONG)


@scene
def own_handler(form: str, session: str, how: str) -> None:
    """The program has a handler of its own, which ends the body by itself."""
    told: list[int] = []

    def handler(number: int, _frame: Any = None) -> None:
        told.append(number)
        say("handled")

    if how == "signal":
        signal.signal(signal.SIGTERM, handler)
    elif how == "ignore":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    async def body(_client: Any) -> None:
        if how == "loop":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, handler, signal.SIGTERM)
        say("ready")
        end = time.monotonic() + (0.3 if how == "ignore" else _LONG)
        while not told and time.monotonic() < end:  # noqa: ASYNC110 - a handler sets no event
            await asyncio.sleep(0.01)

    before = signal.getsignal(signal.SIGTERM)
    inside(form, session, body)
    same = "loop" if how == "loop" else str(signal.getsignal(signal.SIGTERM) is before)
    say(f"told {len(told)}, restored {same}")


@scene
def handler_on_the_way_out(form: str, session: str, how: str) -> None:
    """A signal comes while the client is being disconnected, to a handler of the program's own."""
    told: list[int] = []

    def handler(number: int, _frame: Any = None) -> None:
        told.append(number)

    async def body(client: Any) -> None:
        if how == "loop":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, handler, signal.SIGTERM)
        else:
            signal.signal(signal.SIGTERM, handler)
        disconnect = client._disconnect_coro

        async def slow() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            await disconnect()
            say(f"during {len(told)}")

        client._disconnect_coro = slow

    async def all_of_it() -> None:
        async with quick(session) as client:
            await body(client)
        await asyncio.sleep(0.05)

    if form == "async with":
        asyncio.run(all_of_it())
    else:
        inside(form, session, body)
    say(f"told {len(told)}")


@scene
def nested(form: str, session: str, second: str) -> None:
    """Two guards of two sessions, one in the other."""

    async def main() -> None:
        async with quick(session), quick(second):
            say("inside")
            await asyncio.sleep(_LONG)

    if form == "async with":
        asyncio.run(main())
    else:
        with quick(session), quick(second) as client:
            say("inside")
            client.loop.run_until_complete(asyncio.sleep(_LONG))


@scene
def side_by_side(form: str, session: str, second: str, slowly: bool = False) -> None:
    """Two guards of two sessions in two tasks, the second of which may take its time to disconnect; *form* says who runs the loop."""
    from telethon import TelegramClient

    class Slow(TelegramClient):  # type: ignore[misc] # Telethon has no types
        async def disconnect(self) -> None:
            await asyncio.sleep(0.5)
            await super().disconnect()

    async def block(name: str, **options: Any) -> None:
        async with quick(name, **options):
            say("inside")
            await asyncio.sleep(_LONG)

    async def main() -> None:
        options = {"client_class": Slow, "disconnect_timeout": 10.0} if slowly else {}
        await asyncio.gather(block(session), block(second, **options))

    if form == "asyncio.run":
        asyncio.run(main())
    else:
        asyncio.new_event_loop().run_until_complete(main())


@scene
def sending_itself(form: str, session: str, number: int, seconds: float) -> None:
    """A signal comes from a thread after *seconds*, whatever the program is doing."""
    import threading

    threading.Timer(seconds, os.kill, (os.getpid(), number)).start()
    short(form, session)


@scene
def sharing(form: str, session: str, options: dict[str, Any]) -> None:
    """The body holds a session string together with others."""
    from telethon.sessions import StringSession

    inside(form, StringSession(session), lambda client: asyncio.sleep(_LONG), **{"exclusive": False, **options})


@scene
def as_nobody(form: str, session: str, before: str) -> None:
    """Another user, who may not read Python's own files any more: all of them are loaded by using *before* first."""
    inside(form, before, lambda client: client.get_me())
    os.setgid(65534)
    os.setuid(65534)
    os.environ["TGSESSION_STATE_DIR"] = f"{session}-state-of-nobody"
    inside(form, session, lambda client: client.get_me())


@scene
def in_a_daemon(form: str, session: str) -> None:
    """A daemon thread is in the body as the program ends."""
    entered = threading.Event()

    async def body(_client: Any) -> None:
        entered.set()
        await asyncio.sleep(_LONG)

    threading.Thread(target=inside, args=(form, session, body), daemon=True).start()
    entered.wait(_LONG)


@scene
def raising(form: str, session: str, what: str) -> None:
    """The body raises."""

    async def body(_client: Any) -> None:
        if what == "os._exit":
            os._exit(7)
        raise {"SystemExit": SystemExit(5), "KeyboardInterrupt": KeyboardInterrupt(), "ValueError": ValueError("own")}[what]

    inside(form, session, body)


def inside(form: str, session: Any, body: Callable[[Any], Any], **options: Any) -> None:
    async def main() -> None:
        guard = quick(session, lock_timeout=10.0, **options)
        async with opened(guard) if form == "aopen" else guard as client:
            say("inside")
            await body(client)

    if form in {"async with", "aopen"}:
        asyncio.run(main())
        return
    guard = quick(session, lock_timeout=10.0, **options)
    if form == "open":
        client = guard.open()
        try:
            say("inside")
            client.loop.run_until_complete(body(client))
        finally:
            client.disconnect()
        return
    with guard as client:
        say("inside")
        client.loop.run_until_complete(body(client))


def _seen(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
