"""Syntax nodes by themselves: their parts without the layout, and what some of them say."""

from __future__ import annotations

import warnings
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Node: TypeAlias = cst.CSTNode

# Fields that hold layout, never an expression or a statement.
_LAYOUT = frozenset(
    ["lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "semicolon", "colon", "equal", "dot", "leading_lines", "lines_after_decorators", "header", "footer", "indent", "trailing_whitespace", "separator", "star", "posonly_ind", "trailing_comma", "empty_lines", "lower_whitespace", "first_colon", "second_colon", "relative", "asynchronous", "comment", "default_indent", "default_newline", "encoding", "has_trailing_newline", "conversion", "start", "end", "operator"]
)


def children(node: Node) -> list[Node]:
    """The parts of *node*, in order, without its layout."""
    found: list[Node] = []
    for value in parts(type(node))(node):
        what = what_is(value.__class__)
        if what == NODE:
            found.append(value)
        elif what == SEVERAL and value:
            found.extend([part for part in value if what_is(part.__class__) == NODE])
    return found


@cache
def parts(kind: type) -> Callable[[Node], tuple[Any, ...]]:
    """What gives the fields of a node of the class *kind* that may hold nodes."""
    return _getter([f.name for f in fields(kind) if f.name not in _LAYOUT and not f.name.startswith("whitespace")])


def _getter(names: list[str]) -> Callable[[Node], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    get = attrgetter(names[0]) if names else None
    return lambda node: (get(node),) if get is not None else ()


NODE, SEVERAL, OTHER = range(3)


@cache
def what_is(kind: type[object]) -> int:
    """Whether *kind* is a class of nodes or of sequences; the former is abstract, which is slow to ask, so once a class."""
    if issubclass(kind, cst.CSTNode):
        return NODE
    return SEVERAL if kind in {tuple, list} else OTHER


def statements_in(node: Node) -> Iterator[Any]:
    """The statements, suites and arms right inside the statement, suite or arm *node*."""
    for part in _suites(type(node))(node):
        if type(part) in {tuple, list}:
            yield from part
        elif part is not None:
            yield part


@cache
def _suites(kind: type) -> Callable[[Node], tuple[Any, ...]]:
    names = [f.name for f in fields(kind) if f.name in {"body", "orelse", "finalbody", "handlers", "cases"}]
    is_statement = issubclass(kind, (cst.BaseCompoundStatement, cst.BaseSuite, cst.SimpleStatementLine, cst.Else, cst.Finally,
                                     cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase))  # fmt: skip
    return _getter(names if is_statement else [])


def string_value(node: Any) -> str | None:
    """What a plain string literal says, bytes as Latin-1; None for anything else, and where Python would refuse it."""
    if not isinstance(node, cst.SimpleString):
        return None
    literal = node.value
    if "\\" in literal:
        return _unescaped(node)
    quote = 3 if literal.endswith(('"""', "'''")) and len(literal) > 5 else 1
    start = min(place for place in (literal.find("'"), literal.find('"')) if place >= 0) + quote
    return literal[start:-quote].replace("\r\n", "\n")


def _unescaped(node: cst.SimpleString) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" is the program's affair
        try:
            value = node.evaluated_value
        except (SyntaxError, ValueError):
            return None
    return value.decode("latin-1") if isinstance(value, bytes) else value


def dotted_name(node: Node | None) -> str | None:
    """`a.b.c` for a plain chain of names, None for anything else."""
    parts: list[str] = []
    here: Any = node
    while type(here) is cst.Attribute:
        parts.append(here.attr.value)
        here = here.value
    if type(here) is not cst.Name:
        return None
    parts.append(here.value)
    return ".".join(reversed(parts))


def positional(function: Any) -> list[str]:
    """The names by which *function* takes its positional arguments, in order."""
    return [param.name.value for param in (*function.params.posonly_params, *function.params.params)]


def source_of(node: Node) -> str:
    """The code of *node*."""
    if isinstance(node, cst.Name) and not node.lpar:
        return node.value
    return cst.Module([]).code_for_node(node)


def unpacked(value: Any, path: tuple[int | None, ...]) -> tuple[Any, tuple[int | None, ...]]:
    """The part of a display that *path* leads to, as far as the display is written out, and the rest of the path."""
    while path and isinstance(value, (cst.Tuple, cst.List)) and path[0] is not None and path[0] < len(value.elements):
        value, path = value.elements[path[0]].value, path[1:]
    return value, path
