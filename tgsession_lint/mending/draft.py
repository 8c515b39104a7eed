"""Edits under way: rows that go, rows that move to the right or left, pieces of text that are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import Edit, Fix, Position
from tgsession_lint.nodes import children

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgsession_lint.layout import Layout, Span
    from tgsession_lint.nodes import Node

_STRINGS = (cst.SimpleString, cst.FormattedString, *((cst.TemplatedString,) if hasattr(cst, "TemplatedString") else ()))


class Draft:
    """The edits of one fix."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.gone: set[int] = set()
        """Rows that are taken out, with their ends."""
        self._edits: list[Edit] = []

    def fix(self, message: str, *, safe: bool, isolated: bool = False) -> Fix:
        """What has been drafted, as a fix."""
        drops = [Edit("", Position(row, 1), self._after(row)) for row in sorted(self.gone)]
        edits = sorted(dict.fromkeys([*self._edits, *drops]), key=lambda edit: (edit.location, edit.end_location))
        return Fix("safe" if safe else "unsafe", message, tuple(edits), isolated=isolated)

    def _after(self, row: int) -> Position:
        """Where the next row begins; the end of the last one where there is none."""
        lines = self.layout.document.lines
        return Position(row + 1, 1) if row < len(lines) else Position(row, len(lines[row - 1]) + 1)

    # pieces

    def put(self, span: Span, text: str) -> None:
        """Put *text* in the place of *span*."""
        if span.start != span.end or text:
            self._edits.append(Edit(text, span.start, span.end))

    def insert(self, at: Position, text: str) -> None:
        """Put *text* before what stands at *at*."""
        self._edits.append(Edit(text, at, at))

    def erase(self, start: Position, end: Position) -> None:
        """Take out what stands from *start* up to *end*."""
        if start != end:
            self._edits.append(Edit("", start, end))

    # rows

    def insert_row(self, after: int, text: str) -> None:
        """Put *text*, which ends its row, behind the row *after*, also where that is the last one and has no end."""
        lines = self.layout.document.lines
        if after < len(lines):
            self.insert(Position(after + 1, 1), text)
        else:
            self.insert(Position(after, len(lines[after - 1]) + 1), "\n" + text.removesuffix("\n"))

    def drop(self, first: int, last: int, comment: Position | None) -> None:
        """Take out the rows of some code; a *comment* that stands behind it on the last of them keeps a row of its own."""
        if comment is None:
            self.gone.update(range(first, last + 1))
        else:
            row = self.layout.row(first)
            self.erase(Position(first, len(row) - len(row.lstrip()) + 1), comment)

    def drop_blank_above(self, row: int) -> None:
        """Take out the empty rows above *row*."""
        while self.layout.is_blank(row - 1):
            row -= 1
            self.gone.add(row)

    def drop_blank_below(self, row: int) -> None:
        """Take out the empty rows below *row*."""
        while self.layout.is_blank(row + 1) and row + 1 < len(self.layout.document.lines):
            row += 1
            self.gone.add(row)

    def shift(self, statements: Iterable[Node], first: int, last: int, margin: str, unit: str) -> None:
        """Indent the rows from *first* to *last* by *unit*; they stand at *margin* or further in, but inside strings."""
        fixed = set(inside_strings(self.layout, statements))
        for row in range(first, last + 1):
            line = self.layout.row(row)
            if row not in fixed and row not in self.gone and line.strip() and line.startswith(margin):
                self.insert(Position(row, len(margin) + 1), unit)


    def unshift(self, statements: Iterable[Node], first: int, last: int, margin: str, unit: str) -> None:
        """Move the rows from *first* to *last*, which stand at *margin* and *unit* or further in, to the left by *unit*."""
        fixed = set(inside_strings(self.layout, statements))
        for row in range(first, last + 1):
            if row not in fixed and row not in self.gone and self.layout.row(row).startswith(margin + unit):
                self.erase(Position(row, len(margin) + 1), Position(row, len(margin + unit) + 1))


def inside_strings(layout: Layout, statements: Iterable[Node]) -> Iterator[int]:
    """The rows that begin inside a string: what is put before them would be a part of it."""
    pending: list[Any] = [(statement, statement) for statement in statements]
    while pending:
        node, statement = pending.pop()
        if isinstance(node, _STRINGS):
            span = layout.span(node, statement)
            yield from range(span.start.row + 1, span.end.row + 1)
        else:
            pending.extend((child, statement) for child in children(node))


def has_comment(node: Node, *, beside: bool = False) -> bool:
    """Whether there is a comment anywhere in *node*; with *beside* one that shares its row with code."""
    pending: list[Any] = [node]
    while pending:
        current = pending.pop()
        if beside and isinstance(current, cst.EmptyLine):
            continue
        if isinstance(current, cst.Comment):
            return True
        pending.extend(current.children)
    return False
