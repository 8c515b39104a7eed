"""Rows of a cell as IPython takes them -> rows of Python, one for one, and how their columns have moved.

Source: IPython, `core/inputtransformer2.py` (what begins where), `core/magics/execution.py` (which of it runs code).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.adapting import Widened

# Cells that start with these hold Python all the same.
_OTHER_LANGUAGE = re.compile(
    r"\s*%%(?!(?:time|timeit|capture|prun|debug|memit|lprun|mprun|ipytest|python3?|pypy)\b)"
)
# Magics that run the code behind them, each with the letters of its options that take a value.
_RUNNING = {"time": "", "timeit": "nrp", "prun": "lsTD", "lprun": "fmDTu", "mprun": "fT", "memit": "rti", "debug": "b"}
_TARGET = r"(?P<target>[\w., \[\]*'\"]+=\s*)?"
_RUN = re.compile(rf"(?P<before>\s*{_TARGET})(?P<head>%%?(?P<name>{'|'.join(_RUNNING)})\s+)(?P<code>\S.*)$")
_OPTION = re.compile(r"-+(?P<letter>\w)(?P<value>\S*)\s*")
_VALUE = re.compile(r"\S+\s*")
# Commands that need no `%` in front where Python could make nothing of the row.
_BARE = r"(?:pip3?|conda|mamba|uv|cd|ls|ll|cat|cp|mv|rm|mkdir|rmdir|run|env|load_ext|matplotlib|pylab|autoreload)\s+[^\s=(,\[].*"
_COMMAND = re.compile(
    rf"(?P<indent>\s*)(?:(?P<target>[\w., \[\]*'\"]+=)\s*[!%].*|[%!?].*|[,;/]\w.*|{_BARE}|[\w.*\[\]'\"]+\?{{1,2}}\s*)$"
)
_PIECE = re.compile(
    r"""#.*|(?P<triple>\"{3}|'{3})|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?P<open>[\[({])|(?P<close>[\])}])"""
)


def is_foreign(text: str) -> bool:
    """Whether the first row of a cell hands all of it to another language, or to a file."""
    return _OTHER_LANGUAGE.match(text) is not None


def plain(rows: Sequence[str]) -> Iterator[tuple[list[str], Widened]]:
    """*rows* as Python, the likeliest reading first: as they are, then with what the magics run, then without."""
    yield list(rows), ()
    dedented, moved = _dedented(rows)
    for running in (True, False):
        changed, more = _without_magics(dedented, running=running)
        yield changed, (*moved, *more)


def _dedented(rows: Sequence[str]) -> tuple[list[str], Widened]:
    """IPython takes the indent of the first row from all of them."""
    first = next((row for row in rows if row.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if not indent:
        return list(rows), ()
    moved = tuple((number, 1, -len(indent)) for number, row in enumerate(rows, start=1) if row.startswith(indent))
    return [row.removeprefix(indent) for row in rows], moved


def _without_magics(rows: Sequence[str], *, running: bool) -> tuple[list[str], Widened]:
    """*rows* with Python in place of magics: the code that they run, if *running*, else nothing."""
    changed: list[str] = []
    moved: list[tuple[int, int, int]] = []
    reader = _Reader()
    in_command = False
    for number, row in enumerate(rows, start=1):
        text = "" if in_command else row
        if not in_command and not reader.unfinished:
            if running and (cut := _cut(row)):
                text = row[: cut[0]] + row[cut[1] :]
                moved.append((number, cut[0] + 1, cut[0] - cut[1]))
            elif command := _COMMAND.match(row):
                text = command["indent"] + (f"{command['target']} None" if command["target"] else "pass")
                in_command = True
        in_command = in_command and row.endswith("\\")
        reader.read(text)
        changed.append(text)
    return changed, tuple(moved)


def _cut(row: str) -> tuple[int, int] | None:
    """From where to where *row* names a magic that runs the rest of it, and its options."""
    run = _RUN.match(row)
    if run is None:
        return None
    start, code = run.start("head"), run.start("code")
    while option := _OPTION.match(row, code):
        code = option.end()
        if option["letter"] in _RUNNING[run["name"]] and not option["value"] and (value := _VALUE.match(row, code)):
            code = value.end()
    return (start, code) if code < len(row) else None


class _Reader:
    """Whether a statement goes on in the next row: a bracket or a text is open, or a backslash says so."""

    def __init__(self) -> None:
        self.unfinished = False
        self._depth = 0
        self._quote = ""

    def read(self, row: str) -> None:
        """Take *row* in."""
        at = 0
        while at >= 0:
            if self._quote:
                at = row.find(self._quote, at)
                if at < 0:
                    break
                at += len(self._quote)
                self._quote = ""
            piece = _PIECE.search(row, at)
            if piece is None:
                break
            at = piece.end()
            self._quote = piece["triple"] or ""
            self._depth = max(0, self._depth + (piece["open"] is not None) - (piece["close"] is not None))
        self.unfinished = bool(self._depth or self._quote) or row.endswith("\\")
