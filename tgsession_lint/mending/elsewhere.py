"""What other classes and modules do with what a fix would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import unmentioned
from tgsession_lint.layout import Layout
from tgsession_lint.values import Class, Client, Object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope, Tree


def importers(facts: Facts, path: str) -> Iterator[Module]:
    """The modules that import from the one at *path*, or from one that does, as far as they have to do with a client."""
    seen, pending = {path}, [path]
    while pending:
        for importer, _ in facts.mentions.reach.importers.get(pending.pop(), ()):
            if importer not in seen:
                seen.add(importer)
                pending.append(importer)
                module = facts.ask.project.module(importer)
                if module is not None:
                    yield module


def uses(facts: Facts, attribute: str, owner: Scope) -> list[tuple[Module, cst.Attribute]]:
    """Where code outside of the class *owner* reads an attribute of that name of what may be one of its instances."""
    modules = {module.path: module for module in (facts.module, *importers(facts, facts.module.path))}
    related = _related(facts, owner, list(modules.values()))
    modules |= {one.module.path: one.module for one in related}
    scopes = {one.scope for one in related}
    return [
        (module, node) for module in modules.values() for node in module.tree.uses.get(attribute, ())
        if isinstance(node, cst.Attribute) and owner not in module.tree.scope_at(node).up() and _may_be(facts, module, node, scopes)
    ]  # fmt: skip


def is_set(facts: Facts, attribute: str, owner: Scope) -> bool:
    """Whether code of another module puts a client of its own into an attribute of that name of what may be such an instance."""
    for module, node in uses(facts, attribute, owner):
        value = next((one.value for one in module.tree.stored if one.target is node and one.kind != "ann"), None)
        if value is not None and module is not facts.module:
            if is_known(facts, module, node) or any(isinstance(one, Client) for one in facts.ask.value(module, value)):
                return True
    return False


def closings(facts: Facts, attribute: str, owner: Scope) -> list[tuple[Module, cst.Attribute]]:
    """Where code outside of the class *owner* disconnects what one of its instances keeps as *attribute*."""
    return [(module, node) for module, node in uses(facts, attribute, owner) if method_at(module.tree, node) == "disconnect"]


def is_known(facts: Facts, module: Module, node: cst.Attribute) -> bool:
    """Whether it is known what stands before the dot at *node*."""
    return any(isinstance(value, (Object, Client)) for value in facts.ask.value(module, node.value))


def layout_of(facts: Facts, module: Module) -> Layout | None:
    """Where the code of another module stands; None where it cannot be changed like any other text."""
    document = facts.ask.project.document(module.path)
    return None if document.notebook or document.widened or document.unreadable else Layout(module.tree, document)


def method_at(tree: Tree, use: Node) -> str:
    """The method of a client that is called where *use* names it."""
    call: Any = call_at(tree, use)
    return call.func.attr.value if call is not None else ""


def call_at(tree: Tree, use: Node) -> cst.Call | None:
    """The call of a client's method where *use* names the client."""
    above: Any = tree.parent(use)
    call = tree.parent(above) if isinstance(above, cst.Attribute) else None
    return call if isinstance(call, cst.Call) and call.func is above else None


def _may_be(facts: Facts, module: Module, node: cst.Attribute, related: set[Scope]) -> bool:
    """Whether what stands before the dot at *node* may be an instance of one of the classes *related*."""
    values = facts.ask.value(module, node.value)
    objects = [value for value in values if isinstance(value, (Object, Client))]
    return not objects or any(value.of is not None and value.of.scope in related for value in objects)


def _related(facts: Facts, owner: Scope, modules: list[Module]) -> list[Class]:
    """The classes whose methods may have an instance of *owner* for `self`: above it, below it, beside it in one below."""
    found: dict[Scope, Class] = {}
    for module in modules:
        for scope in module.tree.scopes.values():
            if scope.kind != "class":
                continue
            line = ancestry(facts, Class(module, scope))
            if any(one.scope is owner for one in line):
                found |= {one.scope: one for one in line}
    return list(found.values())


def has_unknown_base(facts: Facts, owner: Scope) -> bool:
    """Whether *owner*, or a class that descends from it, has a base in a file that was not looked into: what it does is not known."""
    modules = [facts.module, *importers(facts, facts.module.path)]
    bases = [
        facts.ask.value(one.module, base.value)
        for one in _related(facts, owner, modules) for base in getattr(one.scope.node, "bases", ())
    ]  # fmt: skip
    return any(not values or unmentioned.among(values) for values in bases)


def ancestry(facts: Facts, plain: Class) -> list[Class]:
    """*plain*, and the classes of the project that it descends from."""
    found, pending = [plain], [plain]
    while pending:
        current = pending.pop()
        node: Any = current.scope.node
        for base in node.bases:
            for value in facts.ask.value(current.module, base.value):
                if isinstance(value, Class) and value not in found:
                    found.append(value)
                    pending.append(value)
    return found
