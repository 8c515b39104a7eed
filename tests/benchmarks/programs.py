"""Telegram programs as people write them, generated: the same text on every machine."""

from __future__ import annotations

from itertools import cycle, islice
from string import Template
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.parts import HEADS, PLAIN, TELEGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOUNS = (
    "message", "member", "channel", "dialog", "photo", "sticker", "reaction", "poll", "invoice", "forward",
    "draft", "contact", "folder", "topic", "report", "digest", "backup", "alert", "quote", "reminder", "voice",
)  # fmt: skip
_WITHOUT_TELETHON = ("plain", "reexport", "by-factory", "by-package")


class Program(NamedTuple):
    """One file to write: where, which head, and about how many lines."""

    path: str
    head: str
    lines: int


SIX = (
    Program("userbot/clients.py", "clients", 160),
    Program("userbot/main.py", "main", 170),
    Program("userbot/plugins/notes.py", "plugin", 190),
    Program("scraper/collect.py", "script", 240),
    Program("archiver/export.py", "context", 170),
    Program("archiver/nightly.py", "by-factory", 110),
)
TWENTY_FIVE = (
    Program("userbot/__init__.py", "reexport", 0),
    Program("userbot/clients.py", "clients", 280),
    Program("userbot/main.py", "main", 310),
    *(
        Program(f"userbot/plugins/{name}.py", "plugin", lines)
        for name, lines in (
            ("admin", 640), ("afk", 210), ("broadcast", 380), ("filters", 520), ("greet", 290), ("music", 700),
            ("notes", 440), ("purge", 160), ("stats", 370), ("translate", 240), ("welcome", 330),
        )
    ),
    Program("scraper/collect.py", "script", 365),
    Program("scraper/members.py", "script", 460),
    Program("scraper/search.py", "context", 350),
    Program("scraper/report.py", "by-package", 280),
    Program("archiver/export.py", "context", 560),
    Program("archiver/media.py", "script", 420),
    Program("archiver/nightly.py", "by-factory", 200),
    Program("moderation/rules.py", "plugin", 590),
    Program("moderation/sweep.py", "script", 330),
    Program("notify/accounts.py", "by-package", 180),
    Program("notify/tasks.py", "script", 260),
)  # fmt: skip


def text(program: Program) -> str:
    """The source of *program*: its head, then functions until it is long enough."""
    pieces = [HEADS[program.head]]
    length = pieces[0].count("\n")
    for piece in _pieces(program):
        if length + piece.count("\n") // 2 > program.lines:
            break
        pieces.append(piece)
        length += piece.count("\n")
    return "".join(pieces)


def write(programs: tuple[Program, ...], root: str) -> None:
    """Write *programs* below *root*, and an empty `__init__.py` where a package has none."""
    from pathlib import Path

    for program in programs:
        file = Path(root, program.path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(program), encoding="utf-8", newline="\n")
        for folder in list(file.relative_to(root).parents)[:-1]:
            Path(root, folder, "__init__.py").touch()


def _pieces(program: Program) -> list[str]:
    """More functions than any program takes; no name comes twice."""
    if program.head == "reexport":
        return []
    kinds = (PLAIN,) if program.head in _WITHOUT_TELETHON else (TELEGRAM, PLAIN)
    rounds: Iterator[tuple[str, ...]] = zip(*map(cycle, kinds), strict=False)
    start = sum(map(ord, program.path))
    return [
        "\n" + _fill(piece, _NOUNS[(start + number) % len(_NOUNS)])
        for number, pieces in enumerate(islice(rounds, 60))
        for piece in pieces
    ]


def _fill(piece: str, noun: str) -> str:
    return Template(piece).substitute(noun=noun, Noun=noun.capitalize(), NOUN=noun.upper())
