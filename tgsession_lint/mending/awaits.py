"""The missing `await` of a disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.facts.fates import fates
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.mending.draft import Draft

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.nodes import Node

# These give one awaitable that is done when the disconnect is; `asyncio.wait` takes a set, and `cast` is no call at all.
_WAITS = catalog.PASSES_ON_AWAITABLES - {"asyncio.wait", "asyncio.timeout"}


def mend(facts: Facts, call: cst.Call, layout: Layout) -> Fix | NoFix:
    """`await` before a disconnect that nothing awaits, or before what wraps it."""
    tree, node = facts.module.tree, _whole(facts, call)
    kinds = {fate.kind for fate in fates(tree, node)}
    if kinds != {"dropped"}:
        return NoFix("the future is tested where it stands, and awaited it would be false: await it before that")
    above: Any = tree.parent(node)
    while isinstance(above, (cst.IfExp, cst.BooleanOperation, cst.Element)):
        above = tree.parent(above)
    if not isinstance(above, (cst.Expr, cst.Assign, cst.AnnAssign, cst.List, cst.Tuple, cst.ListComp)):
        return NoFix("what stands round the call runs later, or never: await it where it runs")
    draft = Draft(layout)
    draft.insert(layout.outer(node).start, "await ")
    return draft.fix("Await the disconnect", safe=True)


def _whole(facts: Facts, call: cst.Call) -> cst.Call:
    """*call*, or what waits for it: `asyncio.wait_for(client.disconnect(), 5)`."""
    tree = facts.module.tree
    arg = tree.parent(call)
    above: Node | None = tree.parent(arg) if isinstance(arg, cst.Arg) else None
    if isinstance(above, cst.Call) and facts.ask.outside_names(facts.module, above.func) & _WAITS:
        return _whole(facts, above)
    return call
