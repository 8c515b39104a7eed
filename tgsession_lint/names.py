"""A name where it stands -> the bindings that it may have, by Python's own scoping.

Order counts within one frame: a later binding replaces an earlier one unless it stands in a branch that
may not have run. Seen from a nested function, what counts is how the outer frame ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

if TYPE_CHECKING:
    from tgsession_lint.tree import Binding, Node, Scope, Tree

# A suite right below one of these may be skipped or left half-way.
_BRANCHING = (
    cst.If, cst.Else, cst.For, cst.While, cst.Try, cst.TryStar, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase,
)


def lookup(tree: Tree, name: str, scope: Scope, use: Node | None) -> tuple[Scope, list[Binding]] | None:
    """The scope that *name* lives in and its bindings that may reach *use*.

    Without a *use* the question is what the name stands for in the end. None where no scope of the module binds it.
    """
    home = _home(tree, name, scope)
    if home is None:
        return None
    bindings = home.bindings[name]
    if len(bindings) == 1:
        return home, bindings
    same_frame = use is not None and scope.function is home.function
    return home, _reaching(tree, bindings, use if same_frame else None, home)


def _home(tree: Tree, name: str, scope: Scope) -> Scope | None:
    start = scope
    while name in start.outer_names:
        if start.outer_names[name] == "global":
            return tree.scope if name in tree.scope.bindings else None
        start = start.parent or tree.scope
    for candidate in start.up():
        hidden = candidate.kind == "class" and candidate is not scope
        if not hidden and name in candidate.bindings:
            return candidate
    return None


def _reaching(tree: Tree, bindings: list[Binding], use: Node | None, home: Scope) -> list[Binding]:
    around = _branches(tree, use) if use is not None else set()
    candidates = bindings if use is None else [b for b in bindings if _before(tree, b, use)]
    found: list[Binding] = []
    for binding in reversed(candidates or bindings):
        found.append(binding)
        elsewhere = binding.scope.function is not home.function
        if not elsewhere and _branches(tree, binding.node) <= around:
            break
    found.reverse()
    return found


def _before(tree: Tree, binding: Binding, use: Node) -> bool:
    """Whether *binding* has taken effect when *use* is evaluated, in one frame."""
    node: Any = binding.node
    if binding.kind in {"param", "for"}:
        return binding.kind == "param" or not _within(tree, use, node.iter)
    if tree.order[node] > tree.order[use]:
        return _same_loop(tree, node, use)
    return not _within(tree, use, node)


def _within(tree: Tree, node: Node, outer: Node) -> bool:
    return node is outer or any(above is outer for above in tree.ancestors(node))


def _same_loop(tree: Tree, node: Node, use: Node) -> bool:
    """A binding further down reaches a use further up only round a loop that holds both."""
    loops = [above for above in tree.ancestors(node) if isinstance(above, (cst.For, cst.While))]
    return any(_within(tree, use, loop) for loop in loops)


def _branches(tree: Tree, node: Node) -> set[Node]:
    """The arms that *node* stands in, inside its frame: each may not have run when others do."""
    found: set[Node] = set()
    below = node
    for above in tree.ancestors(node):
        if isinstance(above, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            break
        if isinstance(above, _BRANCHING) and isinstance(below, cst.BaseSuite):
            found.add(below)
        elif isinstance(above, (cst.IfExp, cst.BooleanOperation)):
            found.add(above)
        below = above
    return found
