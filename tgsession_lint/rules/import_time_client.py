"""TGS301 import-time-client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class ImportTimeClient(Rule):
    """A client is built when its module is imported.

    ## Why
    Everything that imports the module gets the client and its open session file: Celery's main process before it forks
    the pool, a web server's reloader, pytest when it collects. After a fork, parent and children share one socket and
    one auth key. No guard can help where nobody decided to connect.

    ## What to do
    Build it in the function that uses it: `async with guarded_client(…) as client:`. A script's own start belongs
    under `if __name__ == "__main__":`.

    ## What is reported
    A construction in a module or class body, also below `if`, `try` and `with`, in a default argument, and in a
    `__main__.py`; not one under `if __name__ == "__main__":` and not one in a notebook.

    ## Limits
    A function that builds a client and is called when the module is imported is not reported.

    ## Source
    Telethon, FAQ; Celery, "Workers Guide", prefork pool.
    """

    code = "TGS301"

    def check(self, facts: Facts) -> Iterator[Report]:
        for built in facts.constructions:
            if built.at_import:
                yield Report(
                    built.node,
                    f"`{built.class_name}` is built when the module is imported: every fork, reload and test run gets it",
                    'build it in the function that uses it, or under `if __name__ == "__main__":`',
                )

    bad = (
        Example(
            """
            from telethon import TelegramClient

            client = TelegramClient("alerts", API_ID, API_HASH)  # TGS301

            class Service:
                client = TelegramClient("service", API_ID, API_HASH)  # TGS301
            """
        ),
    )
    good = (
        Example(
            """
            from telethon import TelegramClient

            def build():
                return TelegramClient("alerts", API_ID, API_HASH)

            if __name__ == "__main__":
                client = TelegramClient("alerts", API_ID, API_HASH)
            """
        ),
    )
