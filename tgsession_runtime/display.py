"""How the commands write for people: colours where they are wanted, columns that line up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

COLOURS = {"unsafe": "red", "cannot tell": "yellow", "warning": "yellow", "safe": "green"}


def coloured() -> bool | None:
    """Whether to write colours: as NO_COLOR and FORCE_COLOR say, else None, which leaves it to the terminal."""
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("NO_COLOR") else None


def weighed(word: str) -> str:
    """*word* in the colour of what it means."""
    return click.style(word, fg=COLOURS.get(word), bold=word == "unsafe")


def table(rows: Sequence[Sequence[str]]) -> str:
    """*rows* in columns, the first of them as headings."""
    widths = [max(len(click.unstyle(cell)) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (width - len(click.unstyle(cell))) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def echo(text: str = "") -> None:
    """Write *text* to standard output."""
    click.echo(text, color=coloured())
