"""Idioms that cannot disconnect -> what they were meant to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix, Position
from tgsession_lint.layout import Span
from tgsession_lint.mending.draft import Draft, has_comment
from tgsession_lint.nodes import dotted_name, source_of
from tgsession_lint.values import Manager

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.facts.idioms import Idiom
    from tgsession_lint.layout import Layout

_TEST_CASE = "unittest.IsolatedAsyncioTestCase"
_STACK = "contextlib.AsyncExitStack"


def mend(facts: Facts, idiom: Idiom, layout: Layout) -> Fix | NoFix:
    """What mends *idiom*, by its kind."""
    call: Any = idiom.node
    match idiom.kind:
        case "coroutine":
            return _run(facts, call, layout)
        case "closing":
            return _close(facts, call, layout)
        case "callback":
            return _push(facts, call, layout)
        case "cleanup":
            return _clean_up(facts, call, layout)
        case "atexit":
            return NoFix("where the program ends, only a person can tell: disconnect there, or enter the guard")
        case _:
            return NoFix("what the signal should end, only a person can tell: set an event that the main coroutine awaits")


def _run(facts: Facts, call: Any, layout: Layout) -> Fix | NoFix:
    """`asyncio.run(client.disconnect())` -> `client.disconnect()`, awaited where a loop runs."""
    tree = facts.module.tree
    in_loop = runs_in_loop(facts.module, call)
    above = tree.parent(call)
    awaited = isinstance(above, cst.Await)
    outer: Any = above if awaited else call
    if not isinstance(tree.parent(outer), cst.Expr) or len(call.args) > 1 or call.args[0].keyword is not None:
        return NoFix("something uses what the call gives, or it has more arguments")
    if has_comment(outer):
        return NoFix("there are comments in the call")
    if not in_loop and _last(call.func) not in {"run", "run_until_complete"}:
        return NoFix("it is not clear whether an event loop runs here")
    draft = Draft(layout)
    text = layout.text(layout.outer(call.args[0].value))
    draft.put(layout.outer(outer), f"await {text}" if in_loop else text)
    return draft.fix("Await the disconnect" if in_loop else "Call `disconnect`, which runs the loop itself", safe=True)


def _close(facts: Facts, call: Any, layout: Layout) -> Fix | NoFix:
    """`async with aclosing(client):` -> `try:`, and a `finally` that disconnects."""
    tree = facts.module.tree
    item: Any = tree.parent(call)
    statement: Any = tree.parent(item) if isinstance(item, cst.WithItem) else None
    client = call.args[0].value
    if not isinstance(statement, cst.With) or len(statement.items) > 1 or item.asname is not None:
        return NoFix("the `with` enters more than the client, or gives it another name")
    if dotted_name(client) is None or not isinstance(statement.body, cst.IndentedBlock):
        return NoFix("the client has no plain name, or the block no rows of its own")
    if (statement.asynchronous is not None) != runs_in_loop(facts.module, statement):
        return NoFix("it is not clear whether an event loop runs here")
    comment = layout.comment(statement)
    head, row = layout.span(statement).start, layout.outer(statement.items[-1]).end.row
    end = comment or Position(row, len(layout.row(row)) + 1)
    if end.row != head.row:
        return NoFix("the head of the `with` has more than one row")
    margin = layout.indent(statement)
    unit = layout.indent(statement.body.body[0]).removeprefix(margin)
    draft = Draft(layout)
    draft.erase(head, end)
    draft.insert(head, "try:" if comment is None else "try:  ")
    awaiting = "await " if statement.asynchronous is not None else ""
    last = layout.rows(statement)[1]
    text = f"{margin}finally:\n{margin}{unit}{awaiting}{source_of(client)}.disconnect()"
    lines = layout.document.lines
    if last < len(lines):
        draft.insert(Position(last + 1, 1), f"{text}\n")
    else:
        draft.insert(Position(last, len(lines[last - 1]) + 1), f"\n{text}")
    return draft.fix("Disconnect in a `finally`", safe=True)


def _push(facts: Facts, call: Any, layout: Layout) -> Fix | NoFix:
    """`stack.callback(client.disconnect)` -> `stack.push_async_callback(client.disconnect)`."""
    stack = call.func.value
    values = facts.ask.value(facts.module, stack)
    names = facts.ask.outside_names(facts.module, stack) | _entered(facts, stack)
    if _STACK not in names or any(isinstance(value, Manager) for value in values):
        return NoFix("the exit stack is not known to be an `AsyncExitStack`, which alone can await the disconnect")
    draft = Draft(layout)
    _rename(draft, call, "push_async_callback")
    return draft.fix("Let the stack await the disconnect", safe=True)


def _entered(facts: Facts, stack: Any) -> frozenset[str]:
    """The full names of what was called to give the exit stack that a `with` has named."""
    from tgsession_lint.names import lookup

    tree = facts.module.tree
    found = lookup(tree, stack.value, tree.scope_at(stack), stack) if isinstance(stack, cst.Name) else None
    names: set[str] = set()
    for binding in found[1] if found is not None else ():
        value: Any = binding.value
        if isinstance(value, cst.Call) and binding.kind in {"with", "assign"}:
            names |= facts.ask.outside_names(facts.module, value.func)
        else:
            return frozenset()
    return frozenset(names) if len(names) == 1 else frozenset()


def _clean_up(facts: Facts, call: Any, layout: Layout) -> Fix | NoFix:
    """`self.addCleanup(client.disconnect)` -> `self.addAsyncCleanup(client.disconnect)`."""
    tree = facts.module.tree
    owner = next((scope for scope in tree.scope_at(call).up() if scope.kind == "class"), None)
    bases = getattr(owner.node, "bases", ()) if owner is not None else ()
    if not any(_TEST_CASE in facts.ask.outside_names(facts.module, base.value) for base in bases):
        return NoFix(f"the class is not known to be an `{_TEST_CASE.rpartition('.')[2]}`, which alone can await the disconnect")
    draft = Draft(layout)
    _rename(draft, call, "addAsyncCleanup")
    return draft.fix("Let the test await the disconnect", safe=True)


def _rename(draft: Draft, call: Any, method: str) -> None:
    """Call another *method* of the same object."""
    end = draft.layout.span(call.func).end
    draft.put(Span(end._replace(column=end.column - len(call.func.attr.value)), end), method)


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
