"""Nodes -> rows and columns, for the few nodes that are reported, and every comment with its place.

libcst does not keep positions; its providers write the whole module out again to find all of them. So does this,
once, but it keeps only what was asked for.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from tgsession_lint.finding import Position
from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tgsession_lint.tree import Node


@frozen
class Comment:
    """One comment of a file, from its `#` on."""

    position: Position
    text: str


@frozen
class Places:
    """Where the nodes asked for begin and end, and the comments in order."""

    spans: dict[Node, tuple[Position, Position]]
    comments: tuple[Comment, ...]


def find(module: cst.Module, nodes: Collection[Node], *, comments: bool) -> Places:
    """The places of *nodes* in *module*, and its *comments* if they are wanted."""
    state = _Recorder(module.default_indent, module.default_newline, frozenset(nodes), comments=comments)
    module._codegen(state)  # noqa: SLF001 - the public ways to positions compute all of them, at ten times the cost
    return Places(state.spans, tuple(state.comments))


class _Recorder(CodegenState):
    """Counts rows and columns as libcst writes the module out."""

    def __init__(self, indent: str, newline: str, wanted: frozenset[Node], *, comments: bool) -> None:
        super().__init__(indent, newline)
        self.wanted = wanted
        self.spans: dict[Node, tuple[Position, Position]] = {}
        self.comments: list[Comment] = []
        self._with_comments = comments
        self._started: dict[Node, Position] = {}
        self._row = 1
        self._column = 1

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        if value.isalnum() or ("\n" not in value and "\r" not in value):
            self._column += len(value)
            return
        lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._row += len(lines) - 1
        self._column = len(lines[-1]) + 1

    def pop_trailing_newline(self) -> None:
        """Nothing is kept of what was written, so nothing is taken back."""

    def before_codegen(self, node: Any) -> None:
        if node in self.wanted:
            self._started[node] = Position(self._row, self._column)
        elif self._with_comments and type(node) is cst.Comment:
            self.comments.append(Comment(Position(self._row, self._column), node.value))

    def after_codegen(self, node: Any) -> None:
        if node in self.wanted and node not in self.spans:
            self.spans[node] = (self._started[node], Position(self._row, self._column))

    @contextmanager
    def record_syntactic_position(self, node: Any, *, start_node: Any = None, end_node: Any = None) -> Iterator[None]:
        """Without the parentheses and the white space round a node."""
        del start_node, end_node
        start = Position(self._row, self._column)
        yield
        if node in self.wanted:
            self.spans[node] = (start, Position(self._row, self._column))
