"""What becomes of a value where it arises: entered, awaited, passed on, returned, stored, or dropped.

A value that is given a plain name is followed to the uses of the name, in order of the text, not of execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.frozen import frozen
from tgsession_lint.names import lookup, reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree


@frozen
class Fate:
    """One thing that happens to a value; `by` is the node that does it."""

    kind: str
    by: Node


_PASSING_THROUGH = (cst.IfExp, cst.BooleanOperation, cst.StarredElement, cst.Element, cst.Index)
_CONTAINERS = (cst.List, cst.Tuple, cst.Set, cst.DictElement, cst.Dict)
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp)


def fates(tree: Tree, node: Node) -> list[Fate]:
    """Everything that becomes of the value of *node*; never empty."""
    found: list[Fate] = []
    seen: set[Node] = set()
    pending: list[Fate | Node] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Fate):
            found.append(current)
        elif current not in seen:
            seen.add(current)
            pending.extend(reversed(list(_next(tree, current))))
    return found or [Fate("dropped", node)]


def _next(tree: Tree, node: Node) -> Iterator[Fate | Node]:
    """What becomes of *node*, and the nodes that its value goes on to."""
    parent: Any = tree.parent(node)
    match parent:
        case cst.Await():
            yield Fate("awaited", parent)
        case cst.WithItem():
            yield Fate("entered", tree.parent(parent) or parent)
        case cst.Arg():
            yield from _argument(tree, parent)
        case cst.Attribute():
            yield Fate("attribute", parent)
        case cst.Call():
            yield Fate("called", parent)
        case cst.Return() | cst.Yield() | cst.From() | cst.Lambda():
            yield Fate("returned", parent)
        case cst.Assign() | cst.AnnAssign() | cst.NamedExpr():
            yield from _assigned(tree, parent)
        case cst.IfExp() if parent.test is node:
            yield Fate("tested", parent)
        case cst.Expr():
            yield Fate("dropped", parent)
        case cst.If() | cst.While() | cst.Assert() | cst.Comparison() | cst.UnaryOperation() | cst.CompIf():
            yield Fate("tested", parent)
        case cst.BooleanOperation() if parent.left is node and isinstance(parent.operator, cst.And):
            # `a and b`: only a false `a` is the result, and no client or future is false.
            yield Fate("tested", parent)
        case _ if isinstance(parent, (*_PASSING_THROUGH, *_CONTAINERS, *_COMPREHENSIONS)):
            yield parent
        case _:
            yield Fate("other", parent)


def _argument(tree: Tree, arg: cst.Arg) -> Iterator[Fate]:
    call: Any = tree.parent(arg)
    if not isinstance(call, cst.Call):
        yield Fate("other", call)
        return
    method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    yield Fate("entered" if method in catalog.ENTERING_METHODS else "passed", call)


def _assigned(tree: Tree, statement: Any) -> Iterator[Fate | Node]:
    targets = [t.target for t in statement.targets] if isinstance(statement, cst.Assign) else [statement.target]
    if isinstance(statement, cst.NamedExpr):
        yield statement
    for target in targets:
        if isinstance(target, cst.Name):
            yield from _uses(tree, target)
        else:
            yield Fate("stored", target)


def _uses(tree: Tree, target: cst.Name) -> Iterator[Fate | Node]:
    """Every place that reads a variable."""
    scope = tree.scope_at(target)
    found = lookup(tree, target.value, scope, None)
    if found is None:
        return
    home = found[0]
    if home.kind != "function" and home.kind != "lambda":
        # A module's or class's name may be used from anywhere.
        yield Fate("stored", target)
    yield from (use for use in reads(tree, target.value, home) if use is not target and not is_store(tree, use))


def is_store(tree: Tree, node: Node) -> bool:
    """Whether *node* is written to, not read."""
    parent: Any = tree.parent(node)
    match parent:
        case cst.AssignTarget():
            return True
        case cst.AnnAssign() | cst.AugAssign() | cst.NamedExpr() | cst.For() | cst.CompFor():
            return parent.target is node
        case cst.AsName() | cst.Del():
            return True
        case cst.Element() | cst.StarredElement():
            above = tree.parent(parent)
            return above is not None and is_store(tree, above)
        case _:
            return False
