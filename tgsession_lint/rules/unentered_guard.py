"""TGS102 unentered-guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.mending import later
from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class UnenteredGuard(Rule):
    """A guard is called, and nothing enters it.

    ## Why
    `guarded_client(…)` is a context manager. The call takes no claim and builds no client; only `with` or
    `async with` does. What is left of the call is an object without a single method of a client.

    ## What to do
    Enter it: `async with guarded_client(…) as client:`, or `await stack.enter_async_context(guarded_client(…))`. A
    client that outlives the code is opened: `client = await guarded_client(…).aopen()`.

    ## What is reported
    Calls of `guarded_client`, of guards named in the configuration and of the project's own context managers that
    enter one, where the result is dropped, awaited, or kept under a name that nothing enters, returns or passes on.

    ## Limits
    A guard that is passed to a function or returned is taken to be entered there.

    ## Fix
    Unsafe: a `with` or `async with` round all that uses the guard's name in its block. What was sent nowhere is then sent.

    ## Source
    Python, "With Statement Context Managers".
    """

    code = "TGS102"

    def check(self, facts: Facts) -> Iterator[Report]:
        for use in facts.guards:
            if not use.entered:
                yield Report(
                    use.node,
                    f"`{use.name}(…)` is never entered: it holds nothing and gives no client",
                    f"`async with {use.name}(…) as client:`, or `with` in plain functions",
                    mend=later("unentered", facts, use),
                )

    bad = (
        Example(
            """
            from tgsession_runtime import guarded_client

            async def send(text):
                client = guarded_client("alerts", API_ID, API_HASH)  # TGS102
                await client.send_message("me", text)
            """
        ),
        Example(
            """
            from tgsession_runtime import guarded_client

            async def send(text):
                client = await guarded_client("alerts", API_ID, API_HASH)  # TGS102
                await client.send_message("me", text)
            """,
            fixed="""
            from tgsession_runtime import guarded_client

            async def send(text):
                async with guarded_client("alerts", API_ID, API_HASH) as client:
                    await client.send_message("me", text)
            """,
        ),
    )
    good = (
        Example(
            """
            from contextlib import AsyncExitStack

            from tgsession_runtime import guarded_client

            async def copy(names):
                async with AsyncExitStack() as stack:
                    clients = [await stack.enter_async_context(guarded_client(name)) for name in names]
                    await clients[0].send_message("me", "up")
            """
        ),
        Example(
            """
            from tgsession_runtime import guarded_client

            def alerts():
                return guarded_client("alerts", API_ID, API_HASH)  # the caller enters it

            async def opened():
                return await alerts().aopen()  # its `disconnect()` gives it up

            async def send(text):
                async with alerts() as client:
                    await client.send_message("me", text)
            """
        ),
    )
