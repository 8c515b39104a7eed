"""TGS402 session-file-copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class SessionFileCopied(Rule):
    """A session file is copied, opened, moved or deleted like any file.

    ## Why
    A copy of a session file is a second login with the same auth key: used beside the first, it destroys both. Opening
    and closing the file in the process that uses it drops SQLite's locks, so that another process can write into an
    open transaction. Moving or deleting it under a running client loses what the journal holds.

    ## What to do
    `tgsession-guard backup` and `restore` go through SQLite and refuse while the session is in use; for a second login,
    log in a second time.

    ## What is reported
    In projects that use a Telegram client: calls of `shutil`, `os`, `open`, `pathlib`, archives and shells whose
    argument names a `*.session` file or its journal, in the call itself or in a constant that it uses.

    ## Limits
    Of a path counts what its end says, in constants too, or a test of that end: `if name.endswith(".session")`. A path that a
    function is given is not followed. What is opened or deleted in a temporary folder is left alone. A top-level package that never
    mentions a client is taken to be another program's.

    ## Source
    SQLite, "How To Corrupt An SQLite Database File", 2.2; Telethon 1.45, `sessions/sqlite.py`.
    """

    code = "TGS402"
    needs_client_nearby = True

    def check(self, facts: Facts) -> Iterator[Report]:
        for use in facts.files:
            yield Report(
                use.node,
                f"a session file is {use.how} here: {_WHY[use.how]}",
                "back it up with `tgsession-guard backup`, or log in a second time",
            )

    bad = (
        Example(
            """
            import os
            import shutil
            from pathlib import Path

            from telethon import TelegramClient

            def spare(name):
                shutil.copy("alerts.session", f"{name}.session")  # TGS402
                return TelegramClient(name, API_ID, API_HASH)

            def reset():
                os.remove("alerts.session")  # TGS402
                for path in Path("sessions").glob("*.session"):
                    path.unlink()  # TGS402
            """
        ),
    )
    good = (
        Example(
            """
            import os
            import shutil

            from telethon import TelegramClient

            def prepare():
                shutil.copy("settings.toml", "settings.bak")
                return os.path.exists("alerts.session")
            """
        ),
    )


_WHY = {
    "copied": "a copy is a second user of one auth key",
    "opened": "closing it again drops the locks of a client in this process",
    "moved": "a client that has it open loses what it has not saved",
    "deleted": "the login is gone, and no other is kept",
}
