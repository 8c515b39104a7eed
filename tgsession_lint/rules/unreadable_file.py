"""TGS902 unreadable-file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class UnreadableFile(Rule):
    """A file that has to do with a client cannot be decoded or parsed.

    ## Why
    What cannot be read cannot be checked: the file may hold any of the other problems.

    ## What to do
    Mend the place that the message names; exclude files that are Python 2 or templates (`extend-exclude`).

    ## What is reported
    Files that cannot be opened, whose encoding is wrong or unknown, or whose syntax is not Python 3; of a notebook, the
    cell. The run goes on with the other files.

    ## Limits
    Only files that mention a client, or that are reached from one, are read as Python at all.

    ## Source
    PEP 263 for encodings; libcst's parser for syntax.
    """

    code = "TGS902"

    def check(self, facts: Facts) -> Iterator[Report]:
        """Nothing by itself: there are no facts about a file that cannot be read (`pipeline.py`)."""
        del facts
        return iter(())

    bad = (
        Example(
            """
            from telethon import TelegramClient

            def build(:  # TGS902
                return TelegramClient("alerts", API_ID, API_HASH)
            """
        ),
    )
    good = (
        Example(
            """
            from telethon import TelegramClient

            def connected(client: TelegramClient):
                return client.is_connected()
            """
        ),
    )
