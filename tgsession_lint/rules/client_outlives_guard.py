"""TGS104 client-outlives-guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Remark, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts

_SAYS = {
    "used": "`{name}` is used after its guard's block: it is disconnected, and the session is free for others",
    "returned": "`{name}` is returned out of its guard's block: the caller gets a client that is disconnected",
    "stored": "`{name}` is stored past its guard's block: what is left there is a client that is disconnected",
}


class ClientOutlivesGuard(Rule):
    """A guard's client is used, returned or stored past the guard's block.

    ## Why
    The end of the block disconnects the client and gives the claim up. A request after that raises `ConnectionError`;
    a `connect()` opens the session without a claim, beside whoever holds it by then.

    ## What to do
    Do the work inside the block. To lend the client to a caller, make the function a context manager:
    `@asynccontextmanager`, and `yield client` inside the block. What is stored on an object is cleared before the block
    ends, or the object enters the guard itself.

    ## What is reported
    After the block: a request on the client, an attribute of it but `is_connected` and its kin, the client as an
    argument, entered or stored. Inside: `return client`, alone, in a tuple or in an object that keeps it, and an
    attribute or a global that still has the client when the block ends, by an exception, too.

    ## Limits
    A client in a container, and one that a nested function or third-party code has kept, is not followed.

    ## Source
    Telethon 1.45, `client/telegrambaseclient.py`: `__aexit__` disconnects; a request then raises `ConnectionError`.
    """

    code = "TGS104"

    def check(self, facts: Facts) -> Iterator[Report]:
        for past in facts.outliving:
            yield Report(
                past.node,
                _SAYS[past.how].format(name=past.name),
                "move it into the block, or make the function a context manager that yields the client",
                (Remark(past.guard, "lent for this block"), Remark(past.node, f"{past.how} here")),
            )

    bad = (
        Example(
            """
            from tgsession_runtime import guarded_client

            async def newest():
                async with guarded_client("newest", API_ID, API_HASH) as client:
                    messages = await client.get_messages("me", limit=1)
                await client.send_read_acknowledge("me", messages)  # TGS104
            """
        ),
        Example(
            """
            from tgsession_runtime import guarded_client

            async def connected():
                async with guarded_client("alerts", API_ID, API_HASH) as client:
                    return client  # TGS104
            """
        ),
        Example(
            """
            from tgsession_runtime import guarded_client

            class Alerts:
                async def open(self):
                    async with guarded_client("alerts", API_ID, API_HASH) as client:
                        self.client = client  # TGS104
            """
        ),
    )
    good = (
        Example(
            """
            from contextlib import asynccontextmanager

            from tgsession_runtime import guarded_client

            @asynccontextmanager
            async def alerts():
                async with guarded_client("alerts", API_ID, API_HASH) as client:
                    yield client

            async def me():
                async with guarded_client("alerts", API_ID, API_HASH) as client:
                    found = await client.get_me()
                return found
            """
        ),
        Example(
            """
            from tgsession_runtime import guarded_client

            class Alerts:
                async def run(self):
                    async with guarded_client("alerts", API_ID, API_HASH) as client:
                        self.client = client
                        try:
                            await client.run_until_disconnected()
                        finally:
                            self.client = None
            """
        ),
    )
