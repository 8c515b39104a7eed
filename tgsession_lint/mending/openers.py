"""What opens a client other than a statement of its own: under the guard, which has opened it before, it does nothing.

`return await client.get_me() if client.connect() else None`, a function further in, a helper of the project that is given
the client, a method of the client's own class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import NoFix
from tgsession_lint.mending.login import kept_as, taken_as
from tgsession_lint.names import reads
from tgsession_lint.values import Class, Client, Function

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.mending.variable import Variable
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope

_OPENING = frozenset({"connect", "start"})
OTHER_LOOPS = frozenset({"asyncio.run", "asyncio.Runner", "asyncio.new_event_loop", "anyio.run", "trio.run"})
_HOPS = 3


def opens(facts: Facts, variable: Variable) -> bool:
    """Whether anything that uses the client opens it."""
    return any(True for use in variable.uses for _ in openings_of(facts, use))


def openings_of(facts: Facts, use: Node) -> Iterator[tuple[Module, Node]]:
    """Where the client that is used at *use* is opened because of that, in a helper or a method of its class too."""
    return _openings(facts, facts.module, use, _HOPS)


def refuse(facts: Facts, variable: Variable, statements: Sequence[Node]) -> NoFix | None:
    """Why *statements* could not use a client that is open already: they run it on another loop than the guard would."""
    if runs_in_loop(facts.module, variable.line):
        return None
    for call in facts.module.tree.calls:
        if variable.is_inside(call, statements) and facts.ask.outside_names(facts.module, call.func) & OTHER_LOOPS:
            return NoFix("the block makes an event loop of its own, and the client could not be used there: make `async def` of it")
    return None


def _openings(facts: Facts, module: Module, use: Node, hops: int) -> Iterator[tuple[Module, Node]]:
    parent: Any = module.tree.parent(use)
    above: Any = module.tree.parent(parent) if parent is not None else None
    if isinstance(parent, cst.WithItem):
        yield module, use
    elif isinstance(parent, cst.Attribute) and parent.value is use:
        if parent.attr.value in _OPENING:
            yield module, use
        elif hops:
            yield from _of_own_method(facts, module, use, parent, hops)
    elif isinstance(parent, cst.Arg) and isinstance(above, cst.Call) and hops:
        for value in facts.ask.value(module, above.func):
            if isinstance(value, Function):
                yield from _of_parameter(facts, value.module, value.scope, taken_as(value.scope, above, parent), hops - 1)
            elif isinstance(value, Class):
                yield from _of_object(facts, value, above, parent, hops - 1)


def _of_parameter(facts: Facts, module: Module, scope: Scope, name: str, hops: int) -> Iterator[tuple[Module, Node]]:
    for use in reads(module.tree, name, scope) if name else ():
        yield from _openings(facts, module, use, hops)


def _of_object(facts: Facts, plain: Class, call: cst.Call, arg: cst.Arg, hops: int) -> Iterator[tuple[Module, Node]]:
    """Where an object opens the client that its constructor is given and keeps."""
    module = plain.module
    for attribute in kept_as(plain, call, arg):
        for use in module.tree.uses.get(attribute, ()):
            if isinstance(use, cst.Attribute) and plain.scope in module.tree.scope_at(use).up():
                yield from _openings(facts, module, use, hops)


def _of_own_method(
    facts: Facts, module: Module, use: Node, attribute: cst.Attribute, hops: int
) -> Iterator[tuple[Module, Node]]:
    """Where a method that the project's class of the client defines opens it: `await self.connect()`."""
    for value in facts.ask.value(module, use):
        if not isinstance(value, Client) or value.of is None:
            continue
        for binding in value.of.scope.bindings.get(attribute.attr.value, ()):
            scope = value.of.module.tree.scopes.get(binding.node)
            params = getattr(getattr(binding.node, "params", None), "params", ())
            if scope is not None and params:
                yield from _of_parameter(facts, value.of.module, scope, params[0].name.value, hops - 1)
