"""TGS401 hard-coded-session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class HardCodedSession(Rule):
    """A session string or an api hash stands in the source.

    ## Why
    Whoever has the session string is logged in, without a code and without the two-step password, from anywhere; and
    its first use from a second address destroys the key. The source travels: to the repository, its forks, its
    backups, the image. An api hash names the application to Telegram and cannot be changed.

    ## What to do
    Read it from the environment or from a file that is not committed; `guarded_client()` takes both from
    `TGSESSION_*`. If it was ever pushed: Telegram, Settings, Devices, terminate that session.

    ## What is reported
    Literals that decode to a session string of Telethon or Pyrogram, wherever they stand in a file that speaks of a
    client, a session or an api hash; and 32 hexadecimal digits that a name, a key or a place in a call calls the api hash.

    ## Limits
    Strings that are put together at run time are not seen, and placeholders are left alone. Bot tokens are not looked for.

    ## Source
    Telethon, `sessions/string.py`; Pyrogram, `storage/storage.py`.
    """

    code = "TGS401"
    needs_client_in_project = True

    def check(self, facts: Facts) -> Iterator[Report]:
        for secret in facts.secrets:
            reason = "whoever reads it is logged in" if secret.kind == "session string" else "it cannot be changed"
            yield Report(
                secret.node,
                f"{secret.kind} in the source: {reason}",
                "read it from the environment, or from a file that is not committed",
            )

    bad = (
        Example(
            """
            from telethon import TelegramClient

            API_HASH = "3f7a1c09be5d42868e10c7d4f2a95b6e"  # TGS401

            def build():
                return TelegramClient("alerts", 12345, "3f7a1c09be5d42868e10c7d4f2a95b6e")  # TGS401
            """
        ),
    )
    good = (
        Example(
            """
            import os

            from telethon import TelegramClient

            API_HASH = os.environ["TGSESSION_API_HASH"]
            CHECKSUM = "3f7a1c09be5d42868e10c7d4f2a95b6e"  # of a file, say
            """
        ),
    )
