"""Where the code of one module stands in its text; worked out only for what is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import places
from tgsession_lint.finding import Position
from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from tgsession_lint.nodes import Node
    from tgsession_lint.places import Places
    from tgsession_lint.sources import Document
    from tgsession_lint.tree import Tree


@frozen
class Span:
    """From the first character of some code up to the one after its last."""

    start: Position
    end: Position


class Layout:
    """The text of one module, and where each node stands in it."""

    def __init__(self, tree: Tree, document: Document) -> None:
        self.tree = tree
        self.document = document
        self._found: dict[Node, Places] = {}

    def span(self, node: Node, within: Node | None = None) -> Span:
        """Where *node* stands, without the brackets round it; a block with the rows below it that are its own.

        *within* is a node of the tree, where *node* is none: a piece of a string of several.
        """
        return Span(*self._places(within or node).spans[node])

    def outer(self, node: Node, within: Node | None = None) -> Span:
        """Where *node* stands, with the brackets round it; *within* is a node of the tree, where *node* is none."""
        return Span(*self._places(within or node).outer[node])

    def _places(self, node: Node) -> Places:
        unit = places.unit(self.tree, self.document.text, node)
        if unit not in self._found:
            self._found[unit] = places.find_inside(self.tree, self.document.text, unit)
        return self._found[unit]

    def comment(self, statement: Any) -> Position | None:
        """Where the comment behind a simple statement begins, or the one behind the colon of a block."""
        body = statement if isinstance(statement, (cst.SimpleStatementLine, cst.IndentedBlock)) else statement.body
        trailing = body.trailing_whitespace if isinstance(body, cst.SimpleStatementLine) else getattr(body, "header", None)
        comment = trailing.comment if trailing is not None else None
        # White space is in no tree of ours; the statement that it belongs to is.
        return self._places(body).spans[comment][0] if comment is not None else None

    def rows(self, node: Any) -> tuple[int, int]:
        """The first and the last row of a statement; comments below it that belong to its block are its rows too."""
        span = self.span(node)
        first = min([span.start.row, *(self.span(decorator).start.row for decorator in getattr(node, "decorators", ()))])
        last = span.end.row if span.end.column > 1 else span.end.row - 1
        while last > span.start.row and not self.row(last).strip():
            last -= 1
        return first, last

    def row(self, number: int) -> str:
        """One row, without its end."""
        return self.document.lines[number - 1]

    def is_blank(self, number: int) -> bool:
        """Whether there is such a row, with nothing on it."""
        return 1 <= number <= len(self.document.lines) and not self.row(number).strip()

    def text(self, span: Span) -> str:
        """The text between two places, rows parted by newlines whatever the file has."""
        (first, start), (last, end) = span.start, span.end
        if first == last:
            return self.row(first)[start - 1 : end - 1]
        between = [self.row(row) for row in range(first + 1, last)]
        return "\n".join([self.row(first)[start - 1 :], *between, self.row(last)[: end - 1]])

    def indent(self, node: Node) -> str:
        """What stands before a statement on its row."""
        start = self.span(node).start
        return self.row(start.row)[: start.column - 1]
