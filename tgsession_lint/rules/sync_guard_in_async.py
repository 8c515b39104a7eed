"""TGS103 sync-guard-in-async."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.mending import later
from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class SyncGuardInAsync(Rule):
    """A guard is entered with a plain `with` while an event loop runs.

    ## Why
    The synchronous form runs the event loop itself, to connect and to disconnect. In `async def`, and in a notebook,
    a loop runs already: the guard refuses, as Telethon's own `with` does (`RuntimeError`), and nothing is sent.

    ## What to do
    Write `async with`, or `enter_async_context` on an `AsyncExitStack`.

    ## What is reported
    `with guarded_client(…)`, `stack.enter_context(guarded_client(…))` and the same with other guards, directly in an
    `async def` or in a notebook's cell; `guarded_client(…).open()` there.

    ## Limits
    A plain function that only coroutines call is not reported: whether a loop runs is not seen there.

    ## Fix
    Safe: `async` before the `with`, which could only raise; `await ….aopen()` for `….open()`. Where the `with` enters something else as well, there is none.

    ## Source
    Telethon, `client/auth.py`, `__enter__`.
    """

    code = "TGS103"

    def check(self, facts: Facts) -> Iterator[Report]:
        for use in facts.guards:
            for entering in use.blocking:
                yield Report(
                    entering,
                    f"`{use.name}` is entered with a plain `with` inside `async def`, where a loop runs already",
                    f"`async with {use.name}(…) as client:`",
                    mend=later("blocking", facts, entering),
                )

    bad = (
        Example(
            """
            from tgsession_runtime import guarded_client

            async def send(text):
                with guarded_client("alerts", API_ID, API_HASH) as client:  # TGS103
                    await client.send_message("me", text)
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
            from tgsession_runtime import guarded_client

            async def client_of(name):
                return guarded_client(name, API_ID, API_HASH).open()  # TGS103
            """,
            fixed="""
            from tgsession_runtime import guarded_client

            async def client_of(name):
                return await guarded_client(name, API_ID, API_HASH).aopen()
            """,
        ),
    )
    good = (
        Example(
            """
            from tgsession_runtime import guarded_client

            async def send(text):
                async with guarded_client("alerts", API_ID, API_HASH) as client:
                    await client.send_message("me", text)

            def send_now(text):
                with guarded_client("alerts", API_ID, API_HASH) as client:
                    client.send_message("me", text)
            """
        ),
    )
