"""Where a guard is called, and whether anything enters it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.facts.constructions import class_name
from tgsession_lint.facts.fates import Fate, fates
from tgsession_lint.frozen import frozen
from tgsession_lint.values import Guarded, Later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope


@frozen
class GuardUse:
    """One call of a guard.

    `entered` also where the call is handed to somebody who may enter it. `blocking` are the statements
    or calls that enter it with the synchronous form while an event loop runs.
    """

    node: Node
    name: str
    entered: bool
    blocking: tuple[Node, ...]


def guard_uses(ask: Evaluator, module: Module) -> Iterator[GuardUse]:
    """Every call in *module* that gives a guard to be entered."""
    for call in module.tree.calls:
        node = _guarded(ask, module, call)
        if node is not None:
            yield _use(module, node, call)
    yield from _entered_variables(ask, module)


def opened_guards(ask: Evaluator, module: Module) -> Iterator[cst.Call]:
    """The calls that open a client without a block: `guarded_client(…).aopen()`."""
    for call in module.tree.calls:
        func: Any = call.func
        # A guard under a name may be open already, and then gives the same client again.
        if isinstance(func, cst.Attribute) and func.attr.value in catalog.OPENING_METHODS and isinstance(func.value, cst.Call):
            if any(isinstance(value, Guarded) for value in ask.value(module, func.value)):
                yield call


def _guarded(ask: Evaluator, module: Module, call: cst.Call) -> Node | None:
    """*call*, or the `await` round it, where its value is a guard."""
    values = ask.value(module, call)
    if not values:
        return None
    if any(isinstance(value, Guarded) for value in values):
        return call
    parent = module.tree.parent(call)
    later = any(isinstance(value, Later) and any(isinstance(v, Guarded) for v in value.gives) for value in values)
    return parent if later and isinstance(parent, cst.Await) else None


def _use(module: Module, node: Node, call: cst.Call) -> GuardUse:
    found = fates(module.tree, node)
    entering = [fate for fate in found if _enters(fate)]
    handed_on = any(fate.kind in {"passed", "returned", "other"} or _stored_for_later(module, fate) for fate in found)
    direct = isinstance(module.tree.parent(node), (cst.WithItem, cst.Arg))
    blocking = tuple(node if direct else _place(fate) for fate in entering
                     if _is_sync(fate) and runs_in_loop(module, fate.by))
    return GuardUse(node, class_name(call.func), bool(entering) or handed_on, blocking)


def _place(fate: Fate) -> Node:
    """Where to point: at what the `with` enters, not at the whole block."""
    by: Any = fate.by
    return by.items[0].item if isinstance(by, cst.With) else by


def _enters(fate: Fate) -> bool:
    if fate.kind == "attribute":
        by: Any = fate.by
        return by.attr.value in {"__enter__", "__aenter__", *catalog.OPENING_METHODS}
    return fate.kind == "entered"


def _stored_for_later(module: Module, fate: Fate) -> bool:
    """Stored on an object, in a container or under a global name that something in the module enters."""
    if fate.kind != "stored":
        return False
    target: Any = fate.by
    while isinstance(target, cst.Subscript):
        target = target.value
    name = target.attr.value if isinstance(target, cst.Attribute) else getattr(target, "value", "")
    if not isinstance(fate.by, (cst.Attribute, cst.Name)):
        return True
    uses = [use for use in module.tree.uses.get(name, ()) if use is not target]
    return any(fate.kind in {"entered", "passed", "returned"} or _enters(fate)
               for use in uses for fate in fates(module.tree, use))


def _is_sync(fate: Fate) -> bool:
    by: Any = fate.by
    if isinstance(by, cst.With):
        return by.asynchronous is None
    name = by.attr.value if isinstance(by, cst.Attribute) else by.func.attr.value
    return (catalog.ENTERING_METHODS | catalog.OPENING_METHODS)[name] == "sync"


def runs_in_loop(module: Module, node: Node) -> bool:
    """Whether *node* is evaluated while an event loop runs in its thread: in `async def`, or in a notebook's cell."""
    scope: Scope = module.tree.scope_at(node)
    if scope.is_async:
        return True
    frame = scope.function
    return module.document.notebook and frame is not None and frame.kind == "module"


def _entered_variables(ask: Evaluator, module: Module) -> Iterator[GuardUse]:
    """`with self.guard:`: entered where the value comes from elsewhere, so that only the form is in question."""
    for statement in module.tree.withs:
        if statement.asynchronous is not None or not runs_in_loop(module, statement):
            continue
        for item in statement.items:
            value = item.item
            if isinstance(value, cst.Attribute) and any(isinstance(v, Guarded) for v in ask.value(module, value)):
                yield GuardUse(value, class_name(value), entered=True, blocking=(value,))
