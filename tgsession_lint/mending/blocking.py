"""A plain `with` that enters a guard while a loop runs -> `async with`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.mending.draft import Draft
from tgsession_lint.values import Guarded

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.tree import Node


def mend(facts: Facts, entering: Node, layout: Layout) -> Fix | NoFix:
    """`async with` for the `with` that enters the guard *entering*."""
    item: Any = facts.module.tree.parent(entering)
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
