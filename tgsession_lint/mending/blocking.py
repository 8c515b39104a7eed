"""A plain `with` that enters a guard while a loop runs -> `async with`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.mending.draft import Draft
from tgsession_lint.values import Guarded

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.nodes import Node


def mend(facts: Facts, entering: Node, layout: Layout) -> Fix | NoFix:
    """`async with` for the `with` that enters the guard *entering*, `await ….aopen()` for `….open()`."""
    item: Any = facts.module.tree.parent(entering)
    if isinstance(entering, cst.Attribute):
        return _awaited(entering, item, layout)
    if not isinstance(item, cst.WithItem):
        return NoFix("the exit stack may have no asynchronous form: make it an `AsyncExitStack`, and await `enter_async_context`")
    statement: Any = facts.module.tree.parent(item)
    for one in statement.items:
        values = facts.ask.value(facts.module, one.item)
        if not values or not all(isinstance(value, Guarded) and "async" in value.guard.forms for value in values):
            return NoFix("not all that the `with` enters is known to have an asynchronous form")
    draft = Draft(layout)
    draft.insert(layout.span(statement).start, "async ")
    return draft.fix("Enter the guard with `async with`", safe=True)


def _awaited(opening: cst.Attribute, call: Any, layout: Layout) -> Fix | NoFix:
    if opening.attr.value not in catalog.OPENING_METHODS or isinstance(layout.tree.parent(call), (cst.Attribute, cst.Subscript, cst.Call)):
        return NoFix("only a person can tell what is to become of the awaitable that `async with` would wait for")
    draft = Draft(layout)
    draft.insert(layout.outer(call).start, "await ")
    draft.insert(layout.span(opening.attr, opening).start, "a")
    return draft.fix("Await the guard's `aopen()`", safe=True)
