"""TGS303 session-shared-with-tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class SessionSharedWithTests(Rule):
    """A test or debug script names the session of the application.

    ## Why
    Whoever runs the test while the workers run uses the workers' auth key a second time. From another machine, a
    laptop beside the server, that is `AUTH_KEY_DUPLICATED`: the test has logged the application out.

    ## What to do
    Give tests a session of their own (`TelegramClient("tests", …)` on a test account), or a fake client.

    ## What is reported
    In files that `test-patterns` in the configuration matches (tests, `conftest.py`, `debug*.py`, `scratch*.py`, …): a
    client or guard on the session file, or on the environment variable with the string session, that other code of the
    same project builds its client on. Constants are followed across modules.

    ## Limits
    A name that is put together at run time is not compared.

    ## Source
    Telegram, "Error handling", 406 AUTH_KEY_DUPLICATED.
    """

    code = "TGS303"

    def check(self, facts: Facts) -> Iterator[Report]:
        for use, elsewhere in facts.shared_sessions:
            what = f"session `{use.name}`" if use.kind == "file" else f"the session in `${use.name}`"
            yield Report(
                use.node,
                f"{what} belongs to the application (`{elsewhere}`): a test run beside it costs the login",
                "give tests a session of their own, on a test account",
            )

    bad = (
        Example(
            """
            from telethon import TelegramClient

            async def test_answer():
                async with TelegramClient("alerts", API_ID, API_HASH) as client:  # TGS303
                    assert await client.get_me()
            """,
            path="tests/test_alerts.py",
            files={
                "app/alerts.py": """
                from tgsession_runtime import guarded_client

                async def send(text):
                    async with guarded_client("alerts", API_ID, API_HASH) as client:
                        await client.send_message("me", text)
                """
            },
        ),
    )
    good = (
        Example(
            """
            from telethon import TelegramClient

            async def test_answer():
                async with TelegramClient("alerts-tests", API_ID, API_HASH) as client:
                    assert await client.get_me()
            """,
            path="tests/test_alerts.py",
            files={
                "app/alerts.py": """
                from tgsession_runtime import guarded_client

                async def send(text):
                    async with guarded_client("alerts", API_ID, API_HASH) as client:
                        await client.send_message("me", text)
                """
            },
        ),
    )
