"""The values that everything above speaks in: where, what, why, and how to mend it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tgsession_lint.frozen import frozen


class Position(NamedTuple):
    """A place in a file: row and column, both counted from 1, columns in characters."""

    row: int
    column: int


@frozen
class Witness:
    """One line of a path that shows the finding, and what happens there."""

    row: int
    message: str


@frozen
class Edit:
    """Put *content* in place of what stands from *location* up to *end_location*."""

    content: str
    location: Position
    end_location: Position


@frozen
class Fix:
    """A change that mends a finding; *safe* as ruff defines it, or *unsafe*.

    Of those that are *isolated* a pass makes one in a file: what the next one has to do depends on it. `elsewhere` are the
    edits of other files, by their paths, without which the one of this file would break them.
    """

    applicability: Literal["safe", "unsafe"]
    message: str
    edits: tuple[Edit, ...]
    isolated: bool = False
    elsewhere: tuple[tuple[str, tuple[Edit, ...]], ...] = ()


@frozen
class NoFix:
    """Why there is no fix for a finding: a change of which it is not sure that it is right is not proposed."""

    reason: str


@frozen
class Fault:
    """An exception of ours, in one rule on one file; `error` is the traceback."""

    path: str
    rule: str
    error: str


@frozen
class Problem:
    """A target that could not be followed, and why."""

    path: str
    message: str


@frozen
class Finding:
    """What a rule reports: one place in one file.

    `path` is the file as the reader named it (relative to the working folder where it lies
    below it, with `/`). In a notebook `cell` counts the code and text cells from 1 and rows count
    within the cell; elsewhere it is None.
    """

    path: str
    location: Position
    end_location: Position
    code: str
    name: str
    message: str
    hint: str = ""
    cell: int | None = None
    witness: tuple[Witness, ...] = ()
    fix: Fix | None = None
    note: str = ""

    @property
    def sort_key(self) -> tuple[str, int, Position, str, str]:
        """Reading order: file, cell, place, code."""
        return (self.path, self.cell or 0, self.location, self.code, self.message)
