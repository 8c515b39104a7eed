"""A client that the instances of a class keep in an attribute, and wherever the class's methods read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.frozen import frozen
from tgsession_lint.nodes import dotted_name, positional
from tgsession_lint.values import ClientClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Scope, Stored, Tree

_WITHOUT_OBJECT = frozenset({"staticmethod", "classmethod"})


@frozen
class Kept:
    """A client that the instances of a class keep in an attribute; `name` is that with `self.`."""

    tree: Tree
    owner: Scope
    name: str
    attribute: str
    methods: tuple[Scope, ...]
    uses: tuple[cst.Attribute, ...]
    """The attribute wherever a method reads it, in order."""

    @classmethod
    def of(cls, facts: Facts, target: Any) -> Kept | NoFix:
        """What keeps the client that is assigned to *target*."""
        tree = facts.module.tree
        method = tree.scope_at(target)
        owner = method.parent if method.kind == "function" else None
        first = _receiver(method)
        if owner is None or owner.kind != "class" or first is None or dotted_name(target) != f"{first}.{target.attr.value}":
            return NoFix(f"the client is kept in `{dotted_name(target) or '…'}`, which others can close and replace")
        if any(isinstance(value, ClientClass) for value in facts.ask.class_(facts.module, owner)):
            return NoFix("a client keeps another client")
        methods = tuple(scope for scope in tree.scopes.values() if scope.parent is owner and scope.kind == "function")
        if any(_receiver(scope) not in {first, None} for scope in methods):
            return NoFix("the methods have several names for their object")
        name = f"{first}.{target.attr.value}"
        # Before anything is gathered: many classes of one file may each keep a client under one name.
        if any(
            one.kind != "ann" and not (dotted_name(one.target) == name and in_class(tree, one.target, owner))
            for one in stored_in_attribute(tree, target.attr.value)
        ):
            return NoFix(f"other code sets `{target.attr.value}`")
        stored = {one.target for one in tree.stored}
        uses = tuple(
            node for node in tree.uses.get(target.attr.value, ())
            if isinstance(node, cst.Attribute) and dotted_name(node) == name and node not in stored and in_class(tree, node, owner)
        )  # fmt: skip
        return cls(tree, owner, name, target.attr.value, methods, tuple(sorted(uses, key=tree.order.__getitem__)))


def stored_in_attribute(tree: Tree, attribute: str) -> Iterator[Stored]:
    """What is put into an attribute of that name, of any object."""
    for stored in tree.stored:
        if isinstance(stored.target, cst.Attribute) and stored.target.attr.value == attribute:
            yield stored


def _receiver(scope: Scope) -> str | None:
    """What a method calls its object; None for one that has none, and for what is no method."""
    node: Any = scope.node
    if not isinstance(node, cst.FunctionDef) or any(dotted_name(one.decorator) in _WITHOUT_OBJECT for one in node.decorators):
        return None
    return next(iter(positional(node)), None)


def in_class(tree: Tree, node: Node, owner: Scope) -> bool:
    """Whether *node* stands in the class *owner*."""
    return owner in tree.scope_at(node).up()
