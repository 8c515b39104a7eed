"""What the callers of a function do with the client that it hands them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import unmentioned
from tgsession_lint.mending import login
from tgsession_lint.mending.seats import seats
from tgsession_lint.mending.tasks import STARTING
from tgsession_lint.names import home_of, reads
from tgsession_lint.values import Class, Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope
    from tgsession_lint.values import Values

# After these nothing can be done with the connection.
_LAST = frozenset({"run_until_disconnected", "disconnected"})


def _calls(facts: Facts, function: Scope) -> Iterator[cst.Call]:
    """Every call of *function* in its own module."""
    name: Any = getattr(function.node, "name", None)
    for call in facts.module.tree.calls if name is not None else ():
        if _last(call.func) == name.value or isinstance(call.func, cst.Name):
            if any(isinstance(value, Function) and value.scope is function for value in facts.ask.value(facts.module, call.func)):
                yield call


def uses(facts: Facts, function: Scope) -> Iterator[login.Use]:
    """How its callers in the same module use it: to look for others would cost every run on one file a search of the whole project."""
    for call in _calls(facts, function):
        given = whole(facts.module, call)
        found = [use for seat in seats(facts.module.tree, given) for use in seat.uses]
        for use in found or [given]:
            yield login.look(facts, use)


def kept_by(facts: Facts, uses: Iterable[Node]) -> str:
    """The function of the project that is given a client at one of *uses* and keeps it under a name of its module; empty if none."""
    tree = facts.module.tree
    for use in uses:
        arg: Any = tree.parent(use)
        call: Any = tree.parent(arg) if isinstance(arg, cst.Arg) else None
        for value in _called(facts, call.func) if isinstance(call, cst.Call) else ():
            if isinstance(value, Function) and _keeps(value, login.taken_as(value.scope, call, arg)):
                return _last(call.func)
    return ""


def _called(facts: Facts, func: Node) -> Values:
    """What *func* can be, also of modules that mention no client."""
    return unmentioned.followed(facts.ask, facts.ask.value(facts.module, func))


def given_away(facts: Facts, uses: Iterable[Node]) -> str:
    """The call of others that a coroutine gives the client to, and awaits nothing of, so that it may be kept there; empty if there is none.

    What gives something back is about that; where the code waits for the end of the connection, all is done with it.
    """
    tree = facts.module.tree
    found = ""
    for use in uses:
        arg: Any = tree.parent(use)
        call: Any = tree.parent(arg) if isinstance(arg, cst.Arg) else None
        if isinstance(arg, cst.Attribute) and arg.attr.value in _LAST:
            return ""
        if isinstance(call, cst.Call) and isinstance(tree.parent(call), cst.Expr) and tree.scope_at(use).is_async:
            func: Any = call.func
            known = isinstance(func, cst.Name) and home_of(tree, func.value, tree.scope_at(use)) is None
            if not known and _last(func) not in STARTING and not any(isinstance(value, (Function, Class)) for value in _called(facts, func)):
                found = found or _last(func)
    return found


def _keeps(function: Function, taken: str) -> bool:
    """Whether *function* puts what it takes as *taken* under a name of its module."""
    tree = function.module.tree
    for use in reads(tree, taken, function.scope) if taken else ():
        statement: Any = tree.parent(use)
        if isinstance(statement, cst.Assign) and statement.value is use:
            names = [one.target.value for one in statement.targets if isinstance(one.target, cst.Name)]
            if any(home_of(tree, name, tree.scope_at(use)) is tree.scope for name in names):
                return True
    return False


def whole(module: Module, call: cst.Call) -> Node:
    """*call*, with the `await` round it."""
    above = module.tree.parent(call)
    return above if isinstance(above, cst.Await) else call


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
