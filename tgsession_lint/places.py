"""Nodes -> rows and columns, for the few nodes that are reported, and every comment with its place.

libcst does not keep positions; its providers write the whole module out again to find all of them. This writes out only
the statements that hold what was asked for; on which rows those begin is told by Python's own parser, which takes a
quarter of the time.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import nullcontext
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from tgsession_lint.decoding import ROW_END
from tgsession_lint.finding import Position
from tgsession_lint.frozen import frozen
from tgsession_lint.glance import parsed

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection, Container, Iterable, Sequence

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree


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
    outer: dict[Node, tuple[Position, Position]]
    """The same with the brackets round them, where every node was asked for."""


def find(module: cst.Module, nodes: Collection[Node], *, comments: bool) -> Places:
    """The places of *nodes* in *module*, and its *comments* if they are wanted."""
    state = _Recorder(module.default_indent, module.default_newline, frozenset(map(id, nodes)), comments=comments)
    module._codegen(state)  # noqa: SLF001 - the public ways to positions compute all of them, at ten times the cost
    return Places(state.spans, tuple(state.comments), state.outer)


def find_some(tree: Tree, text: str, nodes: Collection[Node], commented: Collection[int] = ()) -> Places:
    """The places of *nodes* in the module of *tree*, which was parsed from *text*, and of the comments on the rows *commented*."""
    module = tree.root
    units = {unit(tree, text, node) for node in nodes}
    rows = _first_rows(module, text)
    if rows is None or module in units or not module.body:
        return find(module, nodes, comments=bool(commented))
    state = _Recorder(module.default_indent, module.default_newline, frozenset(map(id, nodes)), comments=False)
    for statement in units:
        _write_unit(state, tree, statement, rows)
    return Places(state.spans, _comments(module, rows, commented) if commented else (), state.outer)


def _comments(module: cst.Module, rows: dict[Node, int], commented: Collection[int]) -> tuple[Comment, ...]:
    """The comments of the top-level statements that hold those on the rows *commented*."""
    first = [rows[statement] for statement in module.body]
    # A comment is part of the statement that has begun, or of the next one if it stands right above that.
    begun = {bisect_right(first, row) for row in commented}
    state = _Recorder(module.default_indent, module.default_newline, frozenset(), comments=True)
    _write(state, module.header if 0 in begun else ())
    for place, statement in enumerate(module.body):
        if begun & {place, place + 1}:
            state.go_to(rows[statement] - _rows_above(module, statement))
            _write(state, (statement,))
    _write(state, module.footer if len(first) in begun else ())
    return tuple(state.comments)


def _write(state: _Recorder, nodes: Iterable[Node]) -> None:
    for node in nodes:
        node._codegen(state)  # noqa: SLF001


def _write_unit(state: _Recorder, tree: Tree, statement: Node, rows: dict[Node, int]) -> None:
    blocks = [above for above in tree.ancestors(statement) if isinstance(above, cst.IndentedBlock)]
    for block in reversed(blocks):
        state.increase_indent(state.default_indent if block.indent is None else block.indent)
    state.go_to(rows[statement] - _rows_above(tree.root, statement))
    _write(state, (statement,))
    for _ in blocks:
        state.decrease_indent()


def unit(tree: Tree, text: str, node: Node) -> Node:
    """What has to be written out to find *node*: the least statement around it whose row is known, or else the whole module."""
    rows = _first_rows(tree.root, text) or {}
    return next((part for part in (node, *tree.ancestors(node)) if part in rows), tree.root)


def find_inside(tree: Tree, text: str, statement: Node) -> Places:
    """The places of all nodes in *statement*, a `unit` of *tree*, which was parsed from *text*."""
    module = tree.root
    state = _Recorder(module.default_indent, module.default_newline, _EVERYTHING, comments=False)
    rows = _first_rows(module, text)
    if rows is None or statement is module:
        module._codegen(state)  # noqa: SLF001
    else:
        _write_unit(state, tree, statement, rows)
    return Places(state.spans, (), state.outer)


class _Everything:
    def __contains__(self, identity: object) -> bool:
        return True


_EVERYTHING = _Everything()


@lru_cache(maxsize=1)
def _first_rows(module: cst.Module, text: str) -> dict[Node, int] | None:
    """The row that each statement of the module, and of the blocks in it, begins on; of `else`, `except` and the like it is not told.

    That of its first decorator, if it has any. None where Python sees other statements. Kept for the module that is being judged: each of its fixes asks anew.
    """
    found: dict[Node, int] = {}
    try:
        matches = _note_rows(module.body, parsed(text).body, found)
    except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
        return None
    # A decorator in brackets may begin below its `@`.
    decorated = [row for statement, row in found.items() if getattr(statement, "decorators", ())]
    lines = ROW_END.split(text) if decorated else []
    return found if matches and all(lines[row - 1].lstrip().startswith("@") for row in decorated) else None


def _note_rows(statements: Sequence[Any], seen: Sequence[ast.stmt], found: dict[Node, int]) -> bool:
    """Note where *statements* begin, which Python has *seen*; whether it has seen the same."""
    rest = iter(seen)
    for statement in statements:
        same = list(islice(rest, _count(statement)))
        found[statement] = _first_row(same)
        block = getattr(statement, "body", None)
        if isinstance(block, cst.IndentedBlock) and not _note_rows(block.body, getattr(same[0], "body", []), found):
            return False
    return next(rest, None) is None


def _count(statement: cst.BaseStatement) -> int:
    return len(statement.body) if isinstance(statement, cst.SimpleStatementLine) else 1


def _first_row(statements: list[ast.stmt]) -> int:
    parts: list[ast.stmt | ast.expr] = [statements[0], *getattr(statements[0], "decorator_list", ())]
    return min(part.lineno for part in parts)


def _rows_above(module: cst.Module, statement: Any) -> int:
    """How many rows the blank lines and comments before *statement* take, which belong to it."""
    state = _Recorder(module.default_indent, module.default_newline, frozenset(), comments=False)
    for line in statement.leading_lines:
        line._codegen(state)  # noqa: SLF001
    return state.row - 1


class _Recorder(CodegenState):
    """Counts rows and columns as libcst writes the module out."""

    def __init__(self, indent: str, newline: str, wanted: Container[int], *, comments: bool) -> None:
        super().__init__(indent, newline)
        self.wanted = wanted
        self.spans: dict[Node, tuple[Position, Position]] = {}
        self.outer: dict[Node, tuple[Position, Position]] = {}
        self.comments: list[Comment] = []
        self._with_comments = comments
        self._started: dict[Node, Position] = {}
        self.row = 1
        self._column = 1

    def go_to(self, row: int) -> None:
        """What comes next begins on *row*."""
        self.row, self._column = row, 1

    def place(self) -> Position:
        """Where what comes next begins."""
        return Position(self.row, self._column)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        if value.isalnum() or ("\n" not in value and "\r" not in value):
            self._column += len(value)
            return
        lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.row += len(lines) - 1
        self._column = len(lines[-1]) + 1

    def pop_trailing_newline(self) -> None:
        """Nothing is kept of what was written, so nothing is taken back."""

    def before_codegen(self, node: Any) -> None:
        if id(node) in self.wanted:
            self._started[node] = self.place()
        elif self._with_comments and type(node) is cst.Comment:
            self.comments.append(Comment(self.place(), node.value))

    def after_codegen(self, node: Any) -> None:
        if id(node) in self.wanted:
            self.outer[node] = (self._started[node], self.place())
            self.spans.setdefault(node, self.outer[node])

    def record_syntactic_position(self, node: Any, *, start_node: Any = None, end_node: Any = None) -> Any:
        """Without the parentheses and the white space round a node."""
        del start_node, end_node
        return _Inside(self, node) if id(node) in self.wanted else _NOTHING_NOTED


class _Inside:
    """From enter to exit *node* is written, without its brackets; so often that a generator would tell on the whole run."""

    __slots__ = ("node", "recorder", "start")

    def __init__(self, recorder: _Recorder, node: Any) -> None:
        self.recorder = recorder
        self.node = node

    def __enter__(self) -> None:
        self.start = self.recorder.place()

    def __exit__(self, *_: object) -> None:
        self.recorder.spans[self.node] = (self.start, self.recorder.place())


_NOTHING_NOTED = nullcontext()
