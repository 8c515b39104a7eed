"""How many terminal columns text takes."""

from __future__ import annotations

from itertools import accumulate
from unicodedata import category, east_asian_width

from tgsession_lint.reports.text import visible

TAB = 4
ZERO_WIDTH_JOINER = "\u200d"
EMOJI_STYLE = "\ufe0f"  # makes the symbol before it a wide emoji


def columns(text: str) -> int:
    """The columns that *text* takes on a terminal."""
    return len(text) if text.isascii() else sum(map(len_of_cell, cells(text)))


def cells(text: str) -> list[tuple[str, int]]:
    """Each character of *text* as it is shown and the columns it takes there.

    Several characters can make one sign, as in a family emoji: its first one takes all the columns.
    """
    shown: list[tuple[str, int]] = []
    column = width = 0  # where the next sign goes, and how wide the one before is
    previous = ""
    for char in text:
        sign = " " * (TAB - column % TAB) if char == "\t" else visible(char)
        taken = len(sign) if char == "\t" else _width(char, previous, width)
        shown.append((sign, taken))
        # What is spelled out is no sign that the next character could join.
        column, width, previous = column + taken, (taken or width) if len(sign) == 1 else 1, sign[-1]
    return shown


def len_of_cell(cell: tuple[str, int]) -> int:
    """The columns of one of `cells`."""
    return cell[1]


def offsets(shown: list[tuple[str, int]]) -> list[int]:
    """The column at which each of `cells` starts, and the one after the last."""
    return list(accumulate(map(len_of_cell, shown), initial=0))


def _width(char: str, previous: str, width: int) -> int:
    if char.isascii() or len(visible(char)) > 1:
        return len(visible(char))
    if char == EMOJI_STYLE:
        return int(width == 1 and category(previous or " ") == "So")
    if width == 2 and (previous == ZERO_WIDTH_JOINER or "\U0001f3fb" <= char <= "\U0001f3ff"):
        return 0
    if category(char) in {"Mn", "Me", "Cf"} or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
