"""What the callers of a function do with the client that it hands them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.mending import elsewhere, login
from tgsession_lint.mending.seats import seats
from tgsession_lint.values import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope


def calls(facts: Facts, function: Scope) -> Iterator[tuple[Module, cst.Call]]:
    """Every call of *function*, wherever in the project."""
    name: Any = getattr(function.node, "name", None)
    for module in (facts.module, *elsewhere.importers(facts, facts.module.path)) if name is not None else ():
        for call in module.tree.calls:
            if _last(call.func) == name.value or isinstance(call.func, cst.Name):
                if any(isinstance(value, Function) and value.scope is function for value in facts.ask.value(module, call.func)):
                    yield module, call


def uses(facts: Facts, function: Scope) -> Iterator[login.Use]:
    """How each of them uses it."""
    from tgsession_lint.facts import Facts as FactsOf

    for module, call in calls(facts, function):
        own = FactsOf(module, facts.ask, facts.mentions)
        given = whole(module, call)
        found = [use for seat in seats(module.tree, given) for use in seat.uses]
        for use in found or [given]:
            yield login.look(own, use)


def whole(module: Module, call: cst.Call) -> Node:
    """*call*, with the `await` round it."""
    above = module.tree.parent(call)
    return above if isinstance(above, cst.Await) else call


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
