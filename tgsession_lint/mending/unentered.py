"""A guard that is given a name and never entered -> a `with` round all that uses the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.mending.block import mend_guard
from tgsession_lint.mending.variable import Variable
from tgsession_lint.values import Guarded

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.facts.guards import GuardUse
    from tgsession_lint.layout import Layout


def mend(facts: Facts, use: GuardUse, layout: Layout) -> Fix | NoFix:
    """A `with` round all that uses the name of a guard that nothing enters."""
    node = use.node
    values = facts.ask.value(facts.module, node.expression if isinstance(node, cst.Await) else node)
    if not all(isinstance(value, Guarded) and len(value.guard.forms) == 2 for value in values):
        return NoFix("it is not known whether this guard is entered with `with` or with `async with`")
    above = facts.module.tree.parent(node)
    node = above if isinstance(above, cst.Await) else node  # `await guarded_client(…)` was meant to enter it
    variable = Variable.of(facts.module.tree, node)
    return variable if isinstance(variable, NoFix) else mend_guard(facts, variable, node, layout)
