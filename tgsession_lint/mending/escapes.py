"""Whether a client gets out of the block that it is open in: returned, stored, or given to a task of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.mending.tasks import STARTING, is_awaited_later, is_waited_for
from tgsession_lint.names import home_of
from tgsession_lint.nodes import source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.mending.variable import Variable
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree


_KEEPING = frozenset({"append", "add", "extend", "insert", "put", "put_nowait", "setdefault", "appendleft"})


def escape(variable: Variable, statements: Sequence[Any], *, ends: bool) -> NoFix | None:
    """How the client gets out of *statements*; *ends* where it was closed at their end before, and so was of no use after."""
    for use in variable.within(statements):
        how = _way_out(variable, use, ends=ends)
        if how:
            return NoFix(how)
    if ends:
        return None
    return _through_another_name(variable, statements)


def _way_out(variable: Variable, use: Node, *, ends: bool) -> str:
    name, below, awaited, called = variable.name, _with_start(variable.tree, use), False, False
    for above in variable.tree.ancestors(below):
        match above:
            case cst.Await():
                awaited = True
            case cst.Call():
                called = called or above.func is below
                starts = _last(above.func) in STARTING
                if not ends and starts and not is_waited_for(variable.tree, above):
                    return f"`{_last(above.func)}` has `{name}` used after the block"
                called = called or starts
                if not (ends or awaited or called) and (kept := _keeps(variable, above)) is not None:
                    return f"`{name}` is kept in `{source_of(kept)}`, which may outlive the block"
            case cst.Return() if not awaited and (not called or _in_loop(variable, use)):
                return f"`{name}` is returned: the caller would have to enter the guard"
            case cst.Assign() if above.value is below and not awaited and not called and _stores(variable, above):
                return f"`{name}` is kept in `{source_of(above.targets[0].target)}`, which outlives the block"
            case cst.AugAssign() if above.value is below and not awaited and not called and not ends:
                return f"`{name}` is kept in `{source_of(above.target)}`, which may outlive the block"
            case cst.Global() | cst.Del():
                return f"`{name}` is deleted, or a name of the whole module"
            case cst.BaseStatement() | cst.BaseSmallStatement():
                return ""
            case _:
                pass
        below = above
    return ""


def _keeps(variable: Variable, call: Any) -> Any:
    """What *call* puts its argument into, but for coroutines that are awaited from there; None if it does no such thing."""
    if not isinstance(call.func, cst.Attribute) or _last(call.func) not in _KEEPING:
        return None
    owner = call.func.value
    return None if isinstance(owner, cst.Name) and is_awaited_later(variable.tree, owner, call) else owner


def _with_start(tree: Tree, use: Node) -> Node:
    """The client at *use* with the `.start(…)` and the `await` round it, which give the client itself."""
    above: Any = tree.parent(use)
    call: Any = tree.parent(above) if isinstance(above, cst.Attribute) and above.attr.value == "start" else None
    if not isinstance(call, cst.Call) or call.func is not above:
        return use
    outer = tree.parent(call)
    return outer if isinstance(outer, cst.Await) else call


def _in_loop(variable: Variable, use: Node) -> bool:
    return variable.tree.scope_at(use).is_async


def _stores(variable: Variable, statement: cst.Assign) -> bool:
    """Whether a statement puts the client where it outlives the block: what is there then is a client that is disconnected."""
    return any(isinstance(target.target, (cst.Attribute, cst.Subscript)) or _is_outer(variable, target.target) for target in statement.targets)


def _is_outer(variable: Variable, target: Any) -> bool:
    """Whether *target* is a name of the module, in a function."""
    if not isinstance(target, cst.Name):
        return False
    return variable.home.kind == "function" and home_of(variable.tree, target.value, variable.tree.scope_at(target)) is variable.tree.scope


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")


def _through_another_name(variable: Variable, statements: Sequence[Any]) -> NoFix | None:
    """What was made of the client, `bot = Bot(client)`, and then gets out."""
    tree = variable.tree
    uses = set(variable.within(statements))
    for stored in tree.stored:
        if isinstance(stored.value, cst.Name) and stored.value in uses and stored.kind != "extend":
            return NoFix(f"`{variable.name}` is kept in `{source_of(stored.target)}`, which may outlive the block")
    makers = {name for use in uses for name in made_of(variable, use)}
    for value in variable.home.returns:
        named = {node.value for node in _names(value)} if not isinstance(value, cst.Await) else set()
        if named & makers:
            return NoFix(f"`{sorted(named & makers)[0]}` has `{variable.name}`, and is returned")
    return None


def made_of(variable: Variable, use: Node) -> list[str]:
    """The names of what some call made of the client, and of the functions that use it later."""
    found: list[str] = []
    passed = False
    for above in variable.tree.ancestors(use):
        match above:
            case cst.Await():
                return found
            case cst.Arg():
                passed = True
            case cst.Assign() if passed or above.value is use:
                found += [target.target.value for target in above.targets if isinstance(target.target, cst.Name)]
            case cst.FunctionDef() if above is not variable.home.node and not variable.is_direct(use):
                found.append(above.name.value)
            case cst.FunctionDef():
                return found
            case _:
                pass
    return found


def _names(node: Any) -> list[cst.Name]:
    pending, found = [node], []
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Name):
            found.append(current)
        elif isinstance(current, cst.Await):
            continue
        pending.extend(current.children)
    return found
