"""TGS202 unawaited-disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.mending import later
from tgsession_lint.nodes import source_of
from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class UnawaitedDisconnect(Rule):
    """A client's `disconnect()` is called in async code, and nothing awaits it.

    ## Why
    While a loop runs, `disconnect()` only schedules the work and returns a future; it is no coroutine, so Python never
    warns. If the loop ends next, the disconnect never happens: the update state is not saved, the session file stays
    locked until the process ends, and the next worker meets `database is locked`. If the loop goes on, the next request
    on the client is cancelled together with the task that awaits it.

    ## What to do
    `await client.disconnect()`. Better: enter `guarded_client`, which disconnects by itself.

    ## What is reported
    The call as a statement, in a list or under a name that nothing reads, also through `asyncio.wait_for`, `shield`,
    `gather` and `ensure_future` that are not awaited themselves. In a plain function the call runs the loop itself and is right.

    ## Limits
    A future that is returned, stored or given to another function is taken to be awaited there. Where only one branch
    awaits it, nothing is reported. A parameter without an annotation is a client where a call in its own module gives it
    one; calls in other modules are not looked at.

    ## Fix
    Safe: the `await` that is missing, before the call or before what waits for it.

    ## Source
    Telethon 1.45, `client/telegrambaseclient.py`, `disconnect`: `asyncio.shield(loop.create_task(…))`.
    """

    code = "TGS202"

    def check(self, facts: Facts) -> Iterator[Report]:
        for closing in facts.closings:
            if closing.method == "disconnect" and closing.dropped:
                client = source_of(closing.receiver)
                yield Report(
                    closing.node,
                    f"`{client}.disconnect()` is not awaited: it is only scheduled, and may never happen",
                    f"`await {client}.disconnect()`",
                    mend=later("awaits", facts, closing.node),
                )

    bad = (
        Example(
            """
            from telethon import TelegramClient

            async def send(client: TelegramClient, text):
                try:
                    await client.send_message("me", text)
                finally:
                    client.disconnect()  # TGS202
            """,
            fixed="""
            from telethon import TelegramClient

            async def send(client: TelegramClient, text):
                try:
                    await client.send_message("me", text)
                finally:
                    await client.disconnect()
            """,
        ),
        Example(
            """
            from app.tg import clients

            async def shutdown():
                for client in clients.values():
                    client.disconnect()  # TGS202
            """,
            path="app/main.py",
            files={
                "app/tg.py": """
                from telethon import TelegramClient

                clients: dict[str, TelegramClient] = {}
                """
            },
        ),
        Example(
            """
            import asyncio

            from telethon import TelegramClient

            async def close(client: TelegramClient):
                asyncio.ensure_future(client.disconnect())  # TGS202
            """,
            fixed="""
            import asyncio

            from telethon import TelegramClient

            async def close(client: TelegramClient):
                await asyncio.ensure_future(client.disconnect())
            """,
        ),
    )
    good = (
        Example(
            """
            import asyncio

            from telethon import TelegramClient

            async def shutdown(first: TelegramClient, second: TelegramClient):
                await asyncio.gather(first.disconnect(), second.disconnect())

            def stop(client: TelegramClient):
                client.disconnect()  # no loop runs here: this call runs it, to the end
            """
        ),
    )
