"""A name where it stands -> the bindings that it may have, by Python's own scoping.

Order counts within one frame: a later binding replaces an earlier one unless it stands in a branch that
may not have run. Seen from a nested function, what counts is how the outer frame ends.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Binding, Scope, Stored, Tree

# A suite right below one of these may be skipped or left half-way.
_BRANCHING = frozenset({
    cst.If, cst.Else, cst.For, cst.While, cst.Try, cst.TryStar, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase,
})  # fmt: skip
_SUITES = frozenset({cst.IndentedBlock, cst.SimpleStatementSuite})
_CONDITIONAL = frozenset({cst.IfExp, cst.BooleanOperation})
_FRAMES = frozenset({cst.FunctionDef, cst.ClassDef, cst.Lambda})


def lookup(tree: Tree, name: str, scope: Scope, use: Node | None) -> tuple[Scope, list[Binding]] | None:
    """The scope that *name* lives in and its bindings that may reach *use*.

    Without a *use* the question is what the name stands for in the end. None where no scope of the module binds it.
    """
    home = home_of(tree, name, scope)
    if home is None:
        return None
    bindings = home.bindings[name]
    if len(bindings) == 1:
        return home, bindings
    same_frame = use is not None and scope.function is home.function
    return home, _reaching(tree, bindings, use if same_frame else None, home)


def home_of(tree: Tree, name: str, scope: Scope) -> Scope | None:
    """The scope that *name* lives in, as *scope* sees it; None for a builtin."""
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


def reads(tree: Tree, name: str, home: Scope) -> list[Node]:
    """The places that read or write the *name* which lives in *home*, in order."""
    if name not in tree.uses_by_home:
        found: dict[Scope | None, list[Node]] = {}
        for use in tree.uses.get(name, ()):
            if isinstance(use, cst.Name):
                found.setdefault(home_of(tree, name, tree.scope_at(use)), []).append(use)
        tree.uses_by_home[name] = found
    return tree.uses_by_home[name].get(home, [])


def stored_in(tree: Tree, name: str, home: Scope) -> list[Stored]:
    """What is put into the container *name* which lives in *home*: `name[0] = …`, `name.append(…)`."""
    if name not in tree.stored_by_home:
        found: dict[Scope | None, list[Stored]] = {}
        for stored in tree.stored_by_name.get(name, ()):
            target: Any = stored.target.value if isinstance(stored.target, cst.Subscript) else stored.target
            if isinstance(target, cst.Name) and (target is not stored.target or stored.kind != "assign"):
                found.setdefault(home_of(tree, name, tree.scope_at(target)), []).append(stored)
        tree.stored_by_home[name] = found
    return tree.stored_by_home[name].get(home, [])


def _reaching(tree: Tree, bindings: list[Binding], use: Node | None, home: Scope) -> list[Binding]:
    around = _branches(tree, use) if use is not None else frozenset()
    found: list[Binding] = []
    if use is not None:
        # Bindings stand in the order of the text, so that those before *use* need not be looked for one by one.
        here = bisect_right(bindings, tree.order[use], key=lambda binding: tree.order[binding.node])
        found = _until_certain(tree, _before(tree, bindings, here, use), around, home)
        certain = found[-1] if found and _is_certain(tree, found[-1], around, home) else None
        found = [*_until_certain(tree, _round_loops(tree, bindings, here, use, certain), around, home), *found]
    found = found or _until_certain(tree, reversed(bindings), around, home)
    found.reverse()
    return found


def _until_certain(tree: Tree, backwards: Iterable[Binding], around: frozenset[Node], home: Scope) -> list[Binding]:
    found: list[Binding] = []
    for binding in backwards:
        found.append(binding)
        if _is_certain(tree, binding, around, home):
            break
    return found


def _is_certain(tree: Tree, binding: Binding, around: frozenset[Node], home: Scope) -> bool:
    """Whether nothing from before *binding* is left where it was not jumped over."""
    return binding.scope.function is home.function and _branches(tree, binding.node) <= around


def _before(tree: Tree, bindings: Sequence[Binding], here: int, use: Node) -> Iterator[Binding]:
    """Those of *bindings* up to *here* that have taken effect when *use* is evaluated, in one frame, the last first."""
    for index in range(here - 1, -1, -1):
        binding = bindings[index]
        if binding.kind == "param" or not _within(tree, use, _header(binding)):
            yield binding


def _round_loops(tree: Tree, bindings: list[Binding], here: int, use: Node, certain: Binding | None) -> Iterator[Binding]:
    """Those from *here* on that reach a *use* further up round a loop that holds both, and not *certain* as well."""
    loops = [above for above in tree.ancestors(use) if isinstance(above, (cst.For, cst.While))]
    if certain is not None:
        loops = [loop for loop in loops if not _within(tree, certain.node, loop)]
    if loops and here < len(bindings):
        end = bisect_left(bindings, True, here, key=lambda binding: not _within(tree, binding.node, loops[-1]))
        yield from reversed(bindings[here:end])


def _header(binding: Binding) -> Node:
    """The part of a binding that is evaluated before the name is bound."""
    node: Any = binding.node
    if binding.kind == "for":
        return node.iter  # type: ignore[no-any-return]
    return node.type or node if binding.kind == "except" else node  # type: ignore[no-any-return]


def _within(tree: Tree, node: Node, outer: Node) -> bool:
    return node is outer or any(above is outer for above in tree.ancestors(node))


def _branches(tree: Tree, node: Node) -> frozenset[Node]:
    """The arms that *node* stands in, inside its frame: each may not have run when others do."""
    known = tree.branches.get(node)
    if known is not None:
        return known
    found: set[Node] = set()
    below = node
    for above in tree.ancestors(node):
        kind = type(above)
        if kind in _FRAMES:
            break
        if kind in _BRANCHING and type(below) in _SUITES:
            found.add(below)
        elif kind in _CONDITIONAL:
            found.add(above)
        below = above
    tree.branches[node] = frozenset(found)
    return tree.branches[node]
