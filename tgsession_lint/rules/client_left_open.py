"""TGS201 client-left-open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.mending import later
from tgsession_lint.rule import Example, Remark, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.facts.endings import LeftOpen

_LEAVES = {"raise": "raises", "return": "returns"}


class ClientLeftOpen(Rule):
    """A client is opened, and some path out of the function does not close it.

    ## Why
    A client that nobody disconnects keeps its connection, its tasks and the session file for as long as the process
    lives: nothing closes it when it is collected, and nothing at exit. The update state is not saved, the next worker
    meets `database is locked`, and a second process on the same auth key has it revoked for good.

    ## What to do
    Enter `guarded_client(…)` in a `with` or `async with`: it disconnects on every way out. By hand, the disconnect
    stands in a `finally`, and the `try` begins on the line after the `connect`, or before it.

    ## What is reported
    The construction of a client that the code then opens (`connect`, `start`, entering it), or `guarded_client(…).aopen()`, if some path leaves the
    function, or the module, without a completed disconnect: a `return`, an exception, a cancellation at an `await`, the
    end. Lines of one such path are shown. Functions and classes of the project are followed, in other files too: one
    that closes the client closes it, one that only uses it does not. `disconnect()` that is not awaited in async code,
    `log_out()`, which can fail and stay connected, and the ways of TGS203 close nothing.

    ## What is not reported
    A client that is returned, yielded, stored on an object or in a container, entered into an exit stack or given to
    third-party code: whoever has it then is taken to close it. A `connect` or `start` that itself fails: nothing was
    opened. A client of the module that another module imports.

    ## Limits
    A typed `except`, `except Exception` included, is taken to be able to miss: a cancellation gets past it. What stands
    in a `finally` or `except` before the disconnect is taken to succeed: a missed alarm if it does not. So is `app.state` in
    `app.state.client = client`. A context
    manager is taken to be able to swallow an exception unless it is known not to. Of a client that a guard has opened without
    a block, only a plain way that leaves it open is reported: past an exception it keeps its claim until the process ends.

    ## Fix
    Unsafe: that of TGS101, the same guarded block.

    ## Source
    Telethon 1.45, `client/telegrambaseclient.py`: `disconnect`, `__aexit__`, no `__del__`; "Session Files"; FAQ,
    "database is locked".
    """

    code = "TGS201"

    def check(self, facts: Facts) -> Iterator[Report]:
        for client in facts.left_open:
            ending = client.ending
            how = f"line {{row}} {_LEAVES[ending.how]}" if ending.left is not None else f"the {client.where} ends"
            yield Report(
                client.node,
                f"`{client.name}` stays open when {how}",
                "`async with guarded_client(…) as client:`, or `with` in plain functions",
                tuple(_witness(client)),
                ending.left,
                later("left_open", facts, client.built),
            )

    bad = (
        Example(
            """
            from tgsession_runtime import guarded_client

            async def send(text):
                client = await guarded_client("alerts", API_ID, API_HASH).aopen()  # TGS201
                if text:
                    await client.send_message("me", text)
                    await client.disconnect()

            def send_now(text):
                client = guarded_client("alerts", API_ID, API_HASH).open()  # TGS201
                client.send_message("me", text)
            """
        ),
        Example(
            """
            from telethon import TelegramClient

            async def send(text):
                client = TelegramClient("alerts", API_ID, API_HASH)  # TGS201
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
            from telethon import TelegramClient

            async def newest():
                client = await TelegramClient("newest", API_ID, API_HASH).start()  # TGS201
                try:
                    messages = await client.get_messages("me", limit=1)
                except Exception:  # a cancellation gets past it
                    await client.disconnect()
                    raise
                await client.disconnect()
                return messages
            """,
        ),
        Example(
            """
            from telethon import TelegramClient

            from app.mail import Mailbox

            async def main():
                client = TelegramClient("mailbox", API_ID, API_HASH)  # TGS201
                mailbox = Mailbox(client)
                await mailbox.greet()
                await mailbox.aclose()
            """,
            path="app/main.py",
            files={
                "app/mail.py": """
                from telethon import TelegramClient

                class Mailbox:
                    def __init__(self, client: TelegramClient):
                        self.client = client

                    async def greet(self):
                        await self.client.connect()
                        await self.client.send_message("me", "hello")

                    async def aclose(self):
                        await self.client.disconnect()
                """
            },
        ),
    )
    good = (
        Example(
            """
            from telethon import TelegramClient

            async def send(text):
                client = TelegramClient("alerts", API_ID, API_HASH)
                try:
                    await client.connect()
                    await client.send_message("me", text)
                finally:
                    await client.disconnect()
            """
        ),
        Example(
            """
            from telethon import TelegramClient
            from tgsession_runtime import guarded_client

            def build():
                client = TelegramClient("alerts", API_ID, API_HASH)
                client.connect()
                return client  # handed over: the caller closes it

            async def opened():
                client = await guarded_client("alerts", API_ID, API_HASH).aopen()
                await client.send_message("me", "up")
                await client.disconnect()

            async def report(own, shared):
                client = TelegramClient("report", API_ID, API_HASH) if own else shared
                try:
                    if own:
                        await client.connect()
                    await client.send_message("me", "report")
                finally:
                    if own:
                        await client.disconnect()
            """
        ),
    )


def _witness(client: LeftOpen) -> Iterator[Remark]:
    ending = client.ending
    yield Remark(ending.opened, "opened here")
    if ending.left is not None:
        yield Remark(ending.left, "returns here" if ending.how == "return" else f"can leave the {client.where} here")
