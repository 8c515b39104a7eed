"""What is asked: the linter's cases, each beside the peer that it is measured by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.benchmarks import peers
from tests.benchmarks.tree import matters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.benchmarks.measure import Command

# About 370 lines that build clients themselves.
_ONE = "scraper/collect.py"
# The first has its client from the second, which has it from the third.
_VIA = ["notify/accounts.py", "userbot/__init__.py", "userbot/clients.py"]
_OTHER = "django/core/mail/message.py"


@dataclass(frozen=True, slots=True)
class Question:
    """One row to be: a case, the peer beside it, and the ratio that must not be passed."""

    case: str
    ours: Command
    name: str
    peer: Command | None
    gate: float | None = None
    slow: bool = False


def questions(tree: Path, ours: Command, scratch: Path) -> Iterator[Question]:
    """Every row of the table: cases with a gate first, then the other peers."""
    clean, six, many = (tree / name for name in ("clean", "six", "twentyfive"))

    def on(folder: Path, *targets: str, found: bool) -> Command:
        statuses = frozenset({1}) if found else frozenset({0, 1})
        return replace(ours, words=(*ours.words, *targets), folder=folder, statuses=statuses)

    whole = "whole tree, "
    yield Question(whole + "no client", on(clean, ".", found=False), "read and test", peers.read_and_test(clean), 1.3)
    for folder, count in ((six, "6 files matter"), (many, "25 files matter")):
        command = on(folder, ".", found=True)
        floor = peers.read_and_parse(folder, matters(folder.name))
        yield Question(whole + count, command, "that + import + parse", floor, 1.2)
        yield Question(whole + count, command, "ruff ASYNC", peers.ruff(folder, ["."]), 1.0 if folder is six else None)
    one = on(many, _ONE, found=True)
    yield Question("one file that matters", one, "import + parse", peers.parse(many, [_ONE]), 1.25)
    other = on(clean, _OTHER, found=False)
    yield Question("one file that does not", other, "import click", peers.import_click(clean), 1.2)

    via = on(many, _VIA[0], found=True)
    yield Question("one file, client imported", via, "import + parse of 3", peers.parse(many, _VIA))
    yield Question(whole + "no client", on(clean, ".", found=False), "ripgrep", peers.ripgrep(clean, ["."]))
    yield Question(whole + "no client", on(clean, ".", found=False), "ruff ASYNC", peers.ruff(clean, ["."]))
    yield Question("one file that matters", one, "ruff ASYNC", peers.ruff(many, [_ONE]))
    # On the whole tree these take minutes: they get the files that matter, by name, and so do we.
    for case, folder, files in (("one file that matters", many, [_ONE]), ("6 files by name", six, matters("six"))):
        command = on(folder, *files, found=True)
        yield Question(case, command, "flake8-async", peers.flake8_async(folder, files), slow=True)
        yield Question(case, command, "fixit", peers.fixit(folder, files), slow=True)
        yield Question(case, command, "semgrep", peers.semgrep(folder, files, scratch), slow=True)
