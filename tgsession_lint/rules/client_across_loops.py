"""TGS302 client-across-loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Remark, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class ClientAcrossLoops(Rule):
    """One client is driven by more than one event loop.

    ## Why
    A client belongs to the event loop of its first `connect()`, for good: a disconnect does not part them. On another
    loop every `connect()` and every request raises `RuntimeError: The asyncio event loop must not change after
    connection`. In a Celery worker that means: the first task of each process works, all later ones fail.

    ## What to do
    Build the client where the loop runs: `async with guarded_client(…) as client:` inside the function that
    `asyncio.run` is given. Or give everything to one `asyncio.run`.

    ## What is reported
    An `asyncio.run` (`anyio.run`, `uvloop.run`) of a coroutine that uses a client which lives outside of it, if another
    one, or a `client.start()`, `client.connect()` or `with client:` without a loop, can come before it, if it stands
    in a loop, or if it stands in a task of Celery or Dramatiq and the client is the module's.

    ## Limits
    Views, and functions that are called more than once, are not recognised; a client in an attribute or a container is
    not followed.

    ## Source
    Telethon 1.45, `client/telegrambaseclient.py`, `connect`; measured with Celery 5.7.
    """

    code = "TGS302"

    def check(self, facts: Facts) -> Iterator[Report]:
        for crossing in facts.crossings:
            first = crossing.first
            repeated = first is None or first is crossing.node
            how = "each run of this has an event loop of its own" if repeated else "this is a second event loop"
            remarks = [Remark(first, "driven by one loop here")] if first is not None and not repeated else []
            yield Report(
                crossing.node,
                f"`{crossing.name}` belongs to the loop that connected it, and {how}",
                "build the client inside the coroutine: `async with guarded_client(…) as client:`",
                (*remarks, Remark(crossing.node, "driven by a new loop here")),
            )

    bad = (
        Example(
            """
            import asyncio

            from telethon import TelegramClient

            client = TelegramClient("alerts", API_ID, API_HASH)

            async def log_in():
                await client.start()

            async def send(text):
                await client.send_message("me", text)

            def main():
                asyncio.run(log_in())
                asyncio.run(send("up"))  # TGS302
            """
        ),
        Example(
            """
            import asyncio

            from celery import shared_task

            from app.tg import client

            async def send(text):
                async with client:
                    await client.send_message("me", text)

            @shared_task
            def alert(text):
                asyncio.run(send(text))  # TGS302
            """,
            path="app/tasks.py",
            files={
                "app/tg.py": """
                from telethon import TelegramClient

                client = TelegramClient("alerts", 1, "hash")
                """
            },
        ),
    )
    good = (
        Example(
            """
            import asyncio

            from celery import shared_task
            from telethon import TelegramClient

            from tgsession_runtime import guarded_client

            client = TelegramClient("alerts", API_ID, API_HASH)

            async def main():
                async with client:
                    await client.send_message("me", "up")

            async def send(text):
                async with guarded_client("alerts", API_ID, API_HASH) as mine:
                    await mine.send_message("me", text)

            @shared_task
            def alert(text):
                asyncio.run(send(text))

            if __name__ == "__main__":
                asyncio.run(main())
            """
        ),
        Example(
            """
            import asyncio

            from telethon import TelegramClient

            async def send(client):
                async with client:
                    await client.send_message("me", "up")

            def everywhere(names):
                for name in names:
                    client = TelegramClient(name, API_ID, API_HASH)
                    asyncio.run(send(client))
            """
        ),
    )
