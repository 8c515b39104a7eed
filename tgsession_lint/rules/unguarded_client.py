"""TGS101 unguarded-client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.mending import later
from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class UnguardedClient(Rule):
    """A Telethon client is built outside `guarded_client`.

    ## Why
    Telethon takes no lock. Two clients on one session, in two workers or in a worker and a debug script, use one
    auth key from two connections at once; Telegram answers `AUTH_KEY_DUPLICATED`, the key is dead and the account
    is logged out. The constructor alone already opens the session file, creates or upgrades it.
    `async with TelegramClient(…)` is no way out: it takes no lock either, and when its start fails it leaves the
    connection open.

    ## What to do
    Write `guarded_client` where `TelegramClient` stands and enter it: it takes the same arguments, holds the session
    for as long as the client lives and disconnects on every way out. A wrapper of your own that does the same is named
    in the configuration: `guards = ["app.tg.session"]`.

    ## What is reported
    Every call that builds a client, under whatever name the class has reached the file: through other modules of the
    project, a subclass, a class attribute, `type(client)(…)`. Also a reference that makes something else build it:
    `partial(TelegramClient, …)`, `Depends(TelegramClient)`, `mk = TelegramClient` where no call of `mk` is in view.

    ## Limits
    A class that only a package outside the project hands on is not recognised unless `client-classes` names it.
    The call of a factory is not reported, its `return TelegramClient(…)` is.

    ## Fix
    Unsafe. `with TelegramClient(…)` becomes `with guarded_client(…)`; a client that is built, opened, used and closed in
    one block becomes a `with` round what uses it, and what opened and closed it goes. The guard waits for the session or
    refuses it where the client took it, never asks for a phone or a code, and closes where the block ends: that is what it
    is for, and it is more than nothing. Code that logs in where it has to, and then works, is mended and never logs in again;
    where the login is what the code is for, there is no fix, and a note why. A function that returns a client returns the guard
    where all its callers enter it. A client that an object keeps is entered on an exit stack of the object, where its class
    disconnects it. Any other that goes to somebody who keeps it is opened without a block,
    `client = await guarded_client(…).aopen()`: its own `disconnect()` gives the session up.

    ## Source
    Telegram, "Error handling", 406 AUTH_KEY_DUPLICATED. Telethon, "Session Files"; `sessions/sqlite.py`, whose
    constructor writes.
    """

    code = "TGS101"

    def check(self, facts: Facts) -> Iterator[Report]:
        for built in facts.constructions:
            how = "is handed over to be built" if built.by_reference else "is built"
            yield Report(
                built.node,
                f"`{built.class_name}` {how} outside `guarded_client`: nothing keeps a second process off its session",
                "enter `guarded_client(…)` with the same arguments in a `with` or `async with`",
                mend=later("unguarded", facts, built),
            )

    bad = (
        Example(
            """
            from telethon import TelegramClient

            async def send(text):
                client = TelegramClient("alerts", API_ID, API_HASH)  # TGS101
                await client.connect()
                await client.send_message("me", text)
                await client.disconnect()
            """,
            fixed="""
            from tgsession_runtime import guarded_client

            async def send(text):
                async with guarded_client("alerts", API_ID, API_HASH) as client:
                    await client.send_message("me", text)
            """,
        ),
        Example(
            """
            import os

            from telethon import TelegramClient, events

            def main():
                bot = TelegramClient("bot", API_ID, API_HASH).start(bot_token=os.environ["TOKEN"])  # TGS101

                @bot.on(events.NewMessage)
                async def answer(event):
                    await event.reply("hello")

                bot.run_until_disconnected()
            """,
            fixed="""
            import os

            from telethon import events
            from tgsession_runtime import guarded_client

            def main():
                with guarded_client("bot", API_ID, API_HASH, bot_token=os.environ["TOKEN"]) as bot:

                    @bot.on(events.NewMessage)
                    async def answer(event):
                        await event.reply("hello")

                    bot.run_until_disconnected()
            """,
        ),
        Example(
            """
            from telethon import TelegramClient

            async def newest():
                client = TelegramClient("newest", API_ID, API_HASH)  # TGS101
                try:
                    await client.connect()
                    return await client.get_messages("me", limit=1)
                except ConnectionError:
                    return []
                finally:
                    await client.disconnect()
            """,
            fixed="""
            from tgsession_runtime import guarded_client

            async def newest():
                try:
                    async with guarded_client("newest", API_ID, API_HASH) as client:
                        return await client.get_messages("me", limit=1)
                except ConnectionError:
                    return []
            """,
        ),
        Example(
            """
            from telethon import TelegramClient

            clients = {}

            async def client_of(name):
                if name not in clients:
                    client = TelegramClient(name, API_ID, API_HASH)  # TGS101
                    await client.connect()
                    clients[name] = client
                return clients[name]
            """,
            fixed="""
            from tgsession_runtime import guarded_client

            clients = {}

            async def client_of(name):
                if name not in clients:
                    client = await guarded_client(name, API_ID, API_HASH).aopen()
                    clients[name] = client
                return clients[name]
            """,
        ),
        Example(
            """
            from app.tg import Bot

            def main():
                with Bot("bot", API_ID, API_HASH) as bot:  # TGS101
                    bot.run_until_disconnected()
            """,
            path="app/main.py",
            files={
                "app/tg.py": """
                from telethon import TelegramClient

                class Bot(TelegramClient):
                    def __init__(self, *args):
                        super().__init__(*args)
                """
            },
        ),
        Example(
            """
            from functools import partial

            import telethon

            make = partial(telethon.TelegramClient, api_id=API_ID, api_hash=API_HASH)  # TGS101
            """
        ),
    )
    good = (
        Example(
            """
            from tgsession_runtime import guarded_client

            async def send(text):
                async with guarded_client("alerts", API_ID, API_HASH) as client:
                    await client.send_message("me", text)
            """
        ),
        Example(
            """
            from telethon import TelegramClient

            async def send(client: TelegramClient, text):
                assert isinstance(client, TelegramClient)
                await client.send_message("me", text)
            """
        ),
        Example(
            """
            from contextlib import asynccontextmanager

            from telethon import TelegramClient

            @asynccontextmanager
            async def session(name):  # named under `guards`: this is the guard
                client = TelegramClient(name, API_ID, API_HASH)
                async with our_lock(name), client:
                    yield client
            """,
            path="app/tg.py",
            settings={"guards": ["app.tg.session"]},
        ),
    )
