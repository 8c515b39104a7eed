"""TGS204 log-out-as-disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class LogOutAsDisconnect(Rule):
    """`log_out()` stands where a disconnect was meant.

    ## Why
    `log_out()` tells Telegram to revoke the session, and then deletes the session file: the next start asks for the
    phone number and the code. And it is no closer either: when the request fails, it returns `False` with the client
    still connected.

    ## What to do
    `await client.disconnect()`. Better: enter `guarded_client`, which disconnects by itself.

    ## What is reported
    `log_out()` in a `finally`, in a function that closes things (`close`, `stop`, `__aexit__`, …), as a clean-up
    callback, or as the only thing that could close a client that the same function opened.

    ## Limits
    Nothing is reported in functions and classes whose name says that the session is to end, such as `logout` or
    `revoke_session`.

    ## Source
    Telethon 1.45, `client/auth.py`, `log_out`.
    """

    code = "TGS204"

    def check(self, facts: Facts) -> Iterator[Report]:
        for node in facts.logouts:
            yield Report(
                node,
                "`log_out()` revokes the session and deletes its file: the next start has to log in again",
                "`await client.disconnect()` ends the connection and keeps the session",
            )

    bad = (
        Example(
            """
            from telethon import TelegramClient

            async def send(client: TelegramClient, text):
                try:
                    await client.send_message("me", text)
                finally:
                    await client.log_out()  # TGS204
            """
        ),
    )
    good = (
        Example(
            """
            from telethon import TelegramClient

            async def logout(client: TelegramClient):
                await client.log_out()

            async def send(client: TelegramClient, text):
                try:
                    await client.send_message("me", text)
                finally:
                    await client.disconnect()
            """
        ),
    )
