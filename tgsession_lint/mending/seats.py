"""What a client is put into where it is built, a name, an attribute or an element, and every place that reads it from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.frozen import frozen
from tgsession_lint.names import home_of, reads
from tgsession_lint.nodes import dotted_name, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Scope, Tree


@frozen
class Seat:
    """One target of the statement that builds the client; `is_alone` where it is given no other value but None.

    `stores` are the places that give it a value.
    """

    name: str
    uses: tuple[Node, ...]
    stores: tuple[Node, ...]
    is_alone: bool


def seats(tree: Tree, value: Node) -> list[Seat]:
    """Everything that the statement puts *value* into, through a choice between it and another one."""
    below, above = value, tree.parent(value)
    chosen = False
    while isinstance(above, (cst.IfExp, cst.BooleanOperation, cst.NamedExpr)):
        chosen = chosen or not isinstance(above, cst.NamedExpr)
        below, above = above, tree.parent(above)
    found: list[Seat] = []
    for target in _targets(above, below):
        seat = _seat(tree, target)
        if seat is not None:
            found.append(Seat(seat.name, seat.uses, seat.stores, seat.is_alone and not chosen))
    return found


def _targets(statement: Any, value: Any) -> list[Any]:
    targets = [value.target] if isinstance(value, cst.NamedExpr) else []
    if isinstance(statement, cst.Assign) and statement.value is value:
        targets += [one.target for one in statement.targets]
    elif isinstance(statement, cst.AnnAssign) and statement.value is value:
        targets.append(statement.target)
    return targets


def _seat(tree: Tree, target: Any) -> Seat | None:
    match target:
        case cst.Name():
            return _named(tree, target)
        case cst.Attribute() if (name := dotted_name(target)) is not None:
            return _attribute(tree, target, name)
        case cst.Subscript():
            return _element(tree, target)
        case _:
            return None


def _named(tree: Tree, target: cst.Name) -> Seat | None:
    home = home_of(tree, target.value, tree.scope_at(target))
    if home is None:
        return None
    bindings = home.bindings[target.value]
    stores = [place for binding in bindings for place in _bound(binding.node, target.value)]
    uses = [use for use in reads(tree, target.value, home) if use not in stores]
    values = [getattr(binding.node, "value", None) for binding in bindings]
    alone = all(_is_none(value) for value in values if value is not getattr(tree.parent(target), "value", value))
    alone = alone and sum(not _is_none(value) for value in values) <= 1 and all(binding.kind == "assign" for binding in bindings)
    return Seat(target.value, (*uses, *_through(tree, uses)), tuple(stores), alone)


def _bound(statement: Any, name: str) -> Iterator[Node]:
    """The targets of *statement* that are just *name*."""
    targets = [one.target for one in statement.targets] if isinstance(statement, cst.Assign) else [getattr(statement, "target", None)]
    yield from (one for one in targets if isinstance(one, cst.Name) and one.value == name)


def _attribute(tree: Tree, target: cst.Attribute, name: str) -> Seat:
    """An attribute, wherever code that has the same object under the same name reads it."""
    same = _attributes(tree, target.attr.value).get((name, _object(tree, target, name)), [])
    stored = {one.target: one.value for one in tree.stored_by_name.get(target.attr.value, ()) if one.kind != "ann"}
    stores = [node for node in same if node in stored]
    uses = sorted((node for node in same if node not in stored), key=tree.order.__getitem__)
    alone = sum(not _is_none(stored[node]) for node in stores) == 1
    return Seat(name, (*uses, *_through(tree, uses)), tuple(stores), alone)


def _attributes(tree: Tree, attribute: str) -> dict[tuple[str, Scope | None], list[Node]]:
    """The places that read or set *attribute*, by the whole name there and whose attribute it is."""
    if attribute not in tree.uses_by_object:
        found = tree.uses_by_object[attribute] = {}
        for node in tree.uses.get(attribute, ()):
            if isinstance(node, cst.Attribute) and (name := dotted_name(node)) is not None:
                found.setdefault((name, _object(tree, node, name)), []).append(node)
    return tree.uses_by_object[attribute]


def _object(tree: Tree, node: cst.Attribute, name: str) -> Scope | None:
    """Whose attribute it is: that of a class's instances, or of what the first name means."""
    scope = tree.scope_at(node)
    root = name.partition(".")[0]
    home = home_of(tree, root, scope)
    owner = home.parent if home is not None and home.kind == "function" else None
    if owner is not None and owner.kind == "class" and home is not None:
        params = getattr(getattr(home.node, "params", None), "params", ())
        if params and params[0].name.value == root:
            return owner
    return home


def _element(tree: Tree, target: cst.Subscript) -> Seat:
    """An element of a container, as the same function reads it by the same words."""
    words, frame = source_of(target), tree.scope_at(target).function
    uses = [
        call.func.value for call in tree.calls_in.get(frame, ())
        if isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Subscript) and source_of(call.func.value) == words
    ]  # fmt: skip
    return Seat(words, tuple(uses), (target,), is_alone=False)


def _through(tree: Tree, uses: Sequence[Node]) -> Iterator[Node]:
    """The uses of another name that is given what is there: `client = self.client`."""
    for use in uses:
        statement: Any = tree.parent(use)
        for target in _targets(statement, use):
            home = home_of(tree, target.value, tree.scope_at(target)) if isinstance(target, cst.Name) else None
            if home is not None and home.kind == "function":
                yield from (one for one in reads(tree, target.value, home) if one is not target)


def _is_none(value: Any) -> bool:
    return value is None or (isinstance(value, cst.Name) and value.value == "None")
