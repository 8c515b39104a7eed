"""Whether a client is connected again after it was disconnected, which none can be whose disconnect gives its session up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgsession_lint.mending.seats import Seat
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Scope, Tree


def refuse(tree: Tree, seats: Iterable[Seat]) -> NoFix | None:
    """Why the client of *seats* could not be used as it is."""
    for seat in seats:
        entered = [use for use in seat.uses if _is_entered(tree, use)]
        if len(entered) > 1 or (entered and "." in seat.name):
            return NoFix(f"a `with` connects `{seat.name}` whenever it is used: enter the guard there")
        closed: dict[Scope | None, int] = {}
        places = [(tree.order[node], node, True) for node in seat.stores] + [(tree.order[node], node, False) for node in seat.uses]
        for order, node, is_store in sorted(places, key=lambda place: place[0]):
            frame = tree.scope_at(node).function
            if is_store:
                closed.pop(frame, None)
            elif method(tree, node) == "disconnect" and not _leaves(tree, node):
                closed[frame] = order
            elif method(tree, node) in {"connect", "start"} and frame in closed:
                return NoFix(f"`{seat.name}` is disconnected and connected again: build a new client there, and open the guard for each")
    return None


def _is_entered(tree: Tree, use: Node) -> bool:
    """Whether a `with` enters the client at *use*, or what its `start(…)` gives."""
    for above in tree.ancestors(use):
        if isinstance(above, cst.WithItem):
            return True
        if not isinstance(above, (cst.Attribute, cst.Call, cst.Await)) or (isinstance(above, cst.Attribute) and above.attr.value != "start"):
            return False
    return False


def method(tree: Tree, use: Node) -> str:
    """The method of the client that is named at *use*; empty if none is."""
    attribute: Any = tree.parent(use)
    return attribute.attr.value if isinstance(attribute, cst.Attribute) and attribute.value is use else ""


def _leaves(tree: Tree, use: Node) -> bool:
    """Whether the block in which *use* stands ends by going somewhere else: `await client.disconnect()`, then `return`."""
    for above in tree.ancestors(use):
        if isinstance(above, cst.IndentedBlock):
            last: Any = above.body[-1]
            part = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else None
            return isinstance(part, (cst.Return, cst.Raise, cst.Continue, cst.Break))
    return False
