"""A client outside the guard -> the guard in its place, with all that uses the client inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.mending import factory, heads, imports, keeping, late, login, opening, unauthorized, words
from tgsession_lint.mending.block import mend_block
from tgsession_lint.mending.draft import Draft
from tgsession_lint.mending.entering import enter_statement
from tgsession_lint.mending.kept import Kept
from tgsession_lint.mending.seats import seats
from tgsession_lint.mending.variable import Variable
from tgsession_lint.names import home_of, reads

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.facts.constructions import Construction
    from tgsession_lint.layout import Layout
    from tgsession_lint.nodes import Node

MESSAGE = "Enter `guarded_client(…)` instead"


def mend(facts: Facts, built: Construction, layout: Layout) -> Fix | NoFix:
    """The guard in the place of the client that is *built*."""
    call = built.node
    if built.by_reference or not isinstance(call, cst.Call):
        return NoFix("the class is handed to something that builds it elsewhere: hand it the guard, and enter that there")
    found = mend_with_end(facts, call, layout)
    if isinstance(found, Fix) or login.is_refusal(found) or unauthorized.is_refusal(found):
        return found
    return _unless_for_login(facts, call, _without_a_block(facts, call, found, layout))


def _without_a_block(facts: Facts, call: cst.Call, found: NoFix, layout: Layout) -> Fix | NoFix:
    """The guard that the client's own disconnect leaves, since it was *found* that none can be left with the code."""
    outer, start = fluent(facts, call)
    target = _attribute(facts.module.tree.parent(outer), outer)
    kept = Kept.of(facts, target) if target is not None and outer is call else None
    later = late.mend(facts, kept, call, layout, found) if isinstance(kept, Kept) else found
    if isinstance(later, Fix):
        return later
    opened = opening.mend(facts, call, outer, start, layout)
    return later if opening.is_elsewhere(opened) else opened


def mend_with_end(facts: Facts, call: cst.Call, layout: Layout) -> Fix | NoFix:
    """The guard in the place of the client that *call* builds, left where the code can be seen to be done with it."""
    return _unless_for_login(facts, call, _mend_with_end(facts, call, layout))


def _unless_for_login(facts: Facts, call: cst.Call, found: Fix | NoFix) -> Fix | NoFix:
    """*found*, but for code that starts the client to log in, and has a name that says so."""
    outer, start = fluent(facts, call)
    if not isinstance(found, Fix):
        return found
    named = login.by_name(facts, call) if _starts(facts, call, outer, start) else None
    return named or _unless_it_goes_on(facts, outer, found, started=outer is not call)


def _unless_it_goes_on(facts: Facts, outer: Node, found: Fix, *, started: bool) -> Fix | NoFix:
    """*found*, but for code that goes on where nobody is logged in; `start(…)` and `with` log in by themselves."""
    tree = facts.module.tree
    uses = [use for seat in seats(tree, outer) for use in seat.uses]
    parents: list[Any] = [tree.parent(node) for node in (outer, *uses)]
    if started or any(isinstance(one, cst.WithItem) or getattr(getattr(one, "attr", None), "value", "") == "start" for one in parents):
        return found
    return unauthorized.refuse(tree, uses, found)


def _mend_with_end(facts: Facts, call: cst.Call, layout: Layout) -> Fix | NoFix:
    tree = facts.module.tree
    outer, start = fluent(facts, call)
    parent: Any = tree.parent(outer)
    if isinstance(parent, cst.WithItem):
        return _entered(facts, call, outer, start, parent, layout)
    if (target := _attribute(parent, outer)) is not None:
        return keeping.mend(facts, call, target, layout)
    if (handed := factory.mend(facts, call, outer, start, layout)) is not None:
        return handed
    variable = Variable.of(tree, outer)
    if isinstance(variable, NoFix):
        return variable
    if (entering := enter_statement(facts, variable)) is not None:
        return entering if isinstance(entering, NoFix) else entering.mend(facts, call, start, layout)
    return mend_block(facts, variable, call, start, layout, opened=outer is not call)


def _starts(facts: Facts, call: cst.Call, outer: Node, start: tuple[cst.Arg, ...]) -> bool:
    """Whether the client that *outer* gives is started without a token, by a `with` too."""
    tree = facts.module.tree
    calls = [start] if outer is not call else []
    entered = isinstance(tree.parent(outer), cst.WithItem)
    for use in (use for seat in seats(tree, outer) for use in seat.uses):
        above: Any = tree.parent(use)
        called: Any = tree.parent(above)
        entered = entered or isinstance(above, cst.WithItem)
        if isinstance(above, cst.Attribute) and above.attr.value == "start" and isinstance(called, cst.Call) and called.func in {above}:
            calls.append(tuple(called.args))
    return entered or any(heads.token(args) is None for args in calls)


def _attribute(statement: Any, value: Node) -> cst.Attribute | None:
    """The attribute that the statement puts *value* into, if it does so with nothing else."""
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1 and statement.value is value:
        target = statement.targets[0].target
        return target if isinstance(target, cst.Attribute) else None
    if isinstance(statement, cst.AnnAssign) and statement.value is value and isinstance(statement.target, cst.Attribute):
        return statement.target
    return None


def inside_fluent(value: Any) -> Any:
    """The call that builds the client in `await TelegramClient(…).start(…)`, or *value* where it is no such thing."""
    inner = value.expression if isinstance(value, cst.Await) else value
    func = getattr(inner, "func", None)
    if isinstance(func, cst.Attribute) and func.attr.value == "start" and isinstance(func.value, cst.Call):
        return func.value
    return inner


def fluent(facts: Facts, call: cst.Call) -> tuple[Node, tuple[cst.Arg, ...]]:
    """*call* with the `.start(…)` and the `await` round it, and the arguments of `start`."""
    tree = facts.module.tree
    outer: Node = call
    args: tuple[cst.Arg, ...] = ()
    attribute: Any = tree.parent(call)
    if isinstance(attribute, cst.Attribute) and attribute.attr.value == "start" and attribute.value is call:
        above = tree.parent(attribute)
        if isinstance(above, cst.Call) and above.func is attribute:
            outer, args = above, tuple(above.args)
    above = tree.parent(outer)
    return (above, args) if isinstance(above, cst.Await) else (outer, args)


def _entered(
    facts: Facts, call: cst.Call, outer: Node, start: tuple[cst.Arg, ...], item: cst.WithItem, layout: Layout
) -> Fix | NoFix:
    """`async with TelegramClient(…) as client:`, where the class is all that changes."""
    statement: Any = facts.module.tree.parent(item)
    refused = heads.refuse(facts, call, start)
    if refused is not None:
        return refused
    uses = _uses(facts, item, statement)
    if not uses and heads.token(start) is None and all(words.only_tells(one) for one in words.statements_of(statement.body)):
        return login.ONLY
    remark = login.refuse(facts, uses, start, facts.module.tree.scope_at(statement))
    if isinstance(remark, NoFix):
        return remark
    draft = Draft(layout)
    blocking = statement.asynchronous is None and runs_in_loop(facts.module, statement)
    if blocking and len(statement.items) > 1:
        return NoFix("a plain `with` cannot enter the guard while a loop runs, and what else it enters may have no other form")
    if blocking:
        draft.insert(layout.span(statement).start, "async ")
    gone = heads.put(facts, draft, call, start)
    draft.erase(layout.outer(outer).start, layout.outer(call).start)
    draft.erase(layout.outer(call).end, layout.outer(outer).end)
    imports.need(facts, draft, call)
    imports.release(facts, draft, gone)
    return draft.fix(MESSAGE + remark, safe=False, isolated=True)


def _uses(facts: Facts, item: cst.WithItem, statement: Node) -> list[Node]:
    """Where the name that the `with` gives the client is used in it."""
    tree = facts.module.tree
    name = item.asname.name if item.asname is not None else None
    home = home_of(tree, name.value, tree.scope_at(statement)) if isinstance(name, cst.Name) else None
    if home is None or not isinstance(name, cst.Name):
        return []
    return [use for use in reads(tree, name.value, home) if use is not name and statement in tree.ancestors(use)]
