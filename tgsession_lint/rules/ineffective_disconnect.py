"""TGS203 ineffective-disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.mending import later
from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class IneffectiveDisconnect(Rule):
    """Something looks like a disconnect and cannot be one.

    ## Why
    Telethon's `disconnect()` is a plain function: with a running loop it gives a future, without one it runs to the
    end and gives `None`. So what works for a coroutine fails here, mostly in a `finally` where the error is swallowed:

    | code | what happens |
    | --- | --- |
    | `asyncio.run(client.disconnect())` | `ValueError`: a coroutine was expected, got `None` |
    | `loop.run_until_complete(client.disconnect())` | `TypeError`, the body's own exception is hidden |
    | `asyncio.create_task(client.disconnect())` | `TypeError`: a coroutine was expected |
    | `closing(client)`, `aclosing(client)` | `AttributeError` at the exit, never disconnected |
    | `stack.callback(client.disconnect)` in async code | scheduled only, still connected after the block |
    | `atexit.register(client.disconnect)` | no loop is left, and SIGTERM skips it |
    | `signal.signal(SIGTERM, lambda *_: client.disconnect())` | scheduled only, the program goes on |

    ## What to do
    `await client.disconnect()` in a `finally`, `stack.push_async_callback(client.disconnect)`; on a signal set an
    event that the main coroutine awaits. Better: enter `guarded_client`, which does all of it.

    ## Limits
    A signal handler is judged by what it calls itself, not by what it makes others do.

    ## Fix
    Safe, since what is replaced could only fail: the disconnect itself for what should have run it, a `try` and a `finally`
    for `closing` and `aclosing`, `push_async_callback` on an `AsyncExitStack`, `addAsyncCleanup` in an
    `IsolatedAsyncioTestCase`. For `atexit` and signals there is none.

    ## Source
    Each row was run with Telethon 1.45 on CPython 3.11.
    """

    code = "TGS203"

    def check(self, facts: Facts) -> Iterator[Report]:
        hint = "`await client.disconnect()` in a `finally`, or `guarded_client(…)`"
        for idiom in facts.idioms:
            yield Report(idiom.node, idiom.why, hint, mend=later("disconnects", facts, idiom))

    bad = (
        Example(
            """
            import asyncio
            import atexit
            import signal
            from contextlib import aclosing

            from telethon import TelegramClient

            def stop(client: TelegramClient):
                asyncio.run(client.disconnect())  # TGS203

            def stop_on_the_loop(client: TelegramClient):
                client.loop.run_until_complete(client.disconnect())  # TGS203

            async def read(client: TelegramClient):
                async with aclosing(client):  # TGS203
                    await client.get_me()

            def prepare(client: TelegramClient):
                atexit.register(client.disconnect)  # TGS203
                signal.signal(signal.SIGTERM, lambda *_: client.disconnect())  # TGS203
            """
        ),
        Example(
            """
            from contextlib import AsyncExitStack

            from telethon import TelegramClient

            async def read(client: TelegramClient):
                async with AsyncExitStack() as stack:
                    stack.callback(client.disconnect)  # TGS203
                    await client.get_me()
            """,
            fixed="""
            from contextlib import AsyncExitStack

            from telethon import TelegramClient

            async def read(client: TelegramClient):
                async with AsyncExitStack() as stack:
                    stack.push_async_callback(client.disconnect)
                    await client.get_me()
            """,
        ),
        Example(
            """
            import asyncio
            from contextlib import aclosing

            from telethon import TelegramClient

            def stop(client: TelegramClient):
                asyncio.run(client.disconnect())  # TGS203

            async def read(client: TelegramClient):
                async with aclosing(client):  # TGS203
                    await client.get_me()
            """,
            fixed="""
            import asyncio
            from contextlib import aclosing

            from telethon import TelegramClient

            def stop(client: TelegramClient):
                client.disconnect()

            async def read(client: TelegramClient):
                try:
                    await client.get_me()
                finally:
                    await client.disconnect()
            """,
        ),
    )
    good = (
        Example(
            """
            import asyncio
            import signal
            from contextlib import AsyncExitStack

            from telethon import TelegramClient

            async def read(client: TelegramClient):
                stop = asyncio.Event()
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
                async with AsyncExitStack() as stack:
                    stack.push_async_callback(client.disconnect)
                    await stop.wait()
            """
        ),
    )
