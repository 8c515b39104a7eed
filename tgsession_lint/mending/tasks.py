"""Tasks that are waited for where they are started, and so end before the block does.

`await asyncio.gather(*(asyncio.create_task(work(client, part)) for part in parts))`, the same with a list between, a task
group or a pool that a `with` closes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.names import home_of, reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree

STARTING = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe", "submit", "Thread", "start_soon", "spawn"})
_RUNS = frozenset({"run_until_complete"})
_COLLECTS = frozenset({"append", "add"})


def is_waited_for(tree: Tree, call: cst.Call) -> bool:
    """Whether what *call* starts is over before the code goes on behind what stands round it."""
    if _is_grouped(tree, call):
        return True
    below: Node = call
    for above in tree.ancestors(call):
        match above:
            case cst.Await():
                return True
            case cst.Call() if above.func is not below and _last(above.func) in _RUNS:
                return True
            case cst.Call(func=cst.Attribute(value=cst.Name() as kept)) if _last(above.func) in _COLLECTS:
                return is_awaited_later(tree, kept, call)
            case cst.Assign() if len(above.targets) == 1 and isinstance(above.targets[0].target, cst.Name):
                return is_awaited_later(tree, above.targets[0].target, call)
            case cst.BaseStatement() | cst.BaseSmallStatement() | cst.Lambda():
                return False
            case _:
                below = above
    return False


def _is_grouped(tree: Tree, call: Any) -> bool:
    """Whether it is a method of what a `with` round it has entered, which waits as it is left."""
    owner = getattr(call.func, "value", None)
    if not isinstance(owner, cst.Name) or _last(call.func) not in {"create_task", "start_soon", "submit", "spawn"}:
        return False
    entered = [above for above in tree.ancestors(call) if isinstance(above, cst.With)]
    names = {getattr(item.asname.name, "value", "") for one in entered for item in one.items if item.asname is not None}
    return owner.value in names


def is_awaited_later(tree: Tree, name: cst.Name, start: Node) -> bool:
    """Whether the tasks under *name* are awaited behind *start*, whichever way the code takes from there."""
    home = home_of(tree, name.value, tree.scope_at(name))
    if home is None or len(home.bindings[name.value]) > 1:
        return False
    blocks = set(_blocks(tree, start))
    for use in reads(tree, name.value, home):
        if tree.order[use] > tree.order[start] and tree.scope_at(use).function is tree.scope_at(start).function:
            if _awaits(tree, use) and blocks & {*_plain_blocks(tree, use)}:
                return True
    return False


def _awaits(tree: Tree, use: Node) -> bool:
    """Whether the statement of *use* awaits it, or each of what is in it."""
    for above in tree.ancestors(use):
        if isinstance(above, cst.Await):
            return True
        if isinstance(above, cst.Call) and _last(above.func) in _RUNS:
            return True
        if isinstance(above, cst.For):
            return above.asynchronous is not None or _awaits_each(above)
        if isinstance(above, (cst.BaseStatement, cst.BaseSmallStatement)):
            return False
    return False


def _awaits_each(loop: cst.For) -> bool:
    """`for task in tasks: await task`."""
    body: Any = loop.body
    first: Any = body.body[0] if isinstance(body, cst.IndentedBlock) else None
    value: Any = getattr(first.body[0], "value", None) if isinstance(first, cst.SimpleStatementLine) else None
    awaited: Any = value.expression if isinstance(value, cst.Await) else None
    return isinstance(loop.target, cst.Name) and isinstance(awaited, cst.Name) and loop.target.value == awaited.value


def _blocks(tree: Tree, node: Node) -> Iterator[Node]:
    """The blocks round *node* in its function."""
    for above in tree.ancestors(node):
        if isinstance(above, (cst.FunctionDef, cst.Lambda)):
            return
        if isinstance(above, (cst.IndentedBlock, cst.Module)):
            yield above


def _plain_blocks(tree: Tree, node: Node) -> Iterator[Node]:
    """The blocks round *node* out of which the code gets to it in any case: through `with`, `try` and `finally` only."""
    for block in _blocks(tree, node):
        yield block
        owner = tree.parent(block)
        if isinstance(owner, cst.Try):
            if owner.body is not block:
                return
        elif not isinstance(owner, (cst.With, cst.Finally)):
            return


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
