"""TGS901 unused-suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class UnusedSuppression(Rule):
    """A suppression suppresses nothing.

    ## Why
    It was written for a finding that has gone. Left where it is, it hides the next one on that line.

    ## What to do
    Delete the code, or the comment.

    ## What is reported
    Codes of this linter in `# noqa: CODE` and `# tgsession-lint: ignore[CODE]` for which the line has no finding, and
    codes that do not exist. A bare `# noqa` and the codes of other linters are left alone.

    ## Limits
    A code whose rule is not selected in this run is not judged. Files that cannot have to do with a client in projects
    without one are not read at all.

    ## Fix
    Safe: the code goes and, with the last one, the directive and its reason; what else the comment says stays.

    ## Source
    ruff, `unused-noqa` (RUF100), is the same idea.
    """

    code = "TGS901"
    needs_client_in_project = True

    def check(self, facts: Facts) -> Iterator[Report]:
        """Nothing by itself: what is unused is known only when all other rules have spoken (`suppress.py`)."""
        del facts
        return iter(())

    bad = (
        Example(
            """
            from telethon import TelegramClient

            async def name(client: TelegramClient):  # noqa: TGS101  # TGS901
                return await client.get_me()
            """,
            fixed="""
            from telethon import TelegramClient

            async def name(client: TelegramClient):
                return await client.get_me()
            """,
        ),
    )
    good = (
        Example(
            """
            from telethon import TelegramClient

            def build():
                return TelegramClient("alerts", API_ID, API_HASH)  # noqa: TGS101
            """
        ),
    )
