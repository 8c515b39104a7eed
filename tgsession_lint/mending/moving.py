"""Whether the call that builds a client can be made at a later place, and whether what opens the client can be made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.mending import words
from tgsession_lint.names import home_of
from tgsession_lint.nodes import dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree

# What only gives a value, whenever it is called.
_PLAIN = frozenset({"int", "str", "bool", "float", "bytes", "len", "list", "dict", "tuple", "set", "repr", "abs", "min", "max"})
_PLAIN_METHODS = frozenset({
    "get", "strip", "lstrip", "rstrip", "format", "join", "joinpath", "lower", "upper", "replace", "split", "encode", "decode", "resolve",
    "absolute", "expanduser", "as_posix", "with_suffix", "getint", "getboolean", "get_secret_value",
})  # fmt: skip
_PLAIN_FROM = ("telethon.", "os.path.", "os.environ.", "os.getenv", "pathlib.")
# What is said to a client without a connection.
_CALM = frozenset({"on", "add_event_handler", "set_proxy", "is_connected", "remove_event_handler"})


def names_rebound(tree: Tree, node: Node, until: Node, since: Node | None = None) -> str:
    """A name in *node* that is given another value between *since*, or *node*, and *until*; empty if none is."""
    first, last = tree.order[since or node], tree.order[until]
    for name in sorted({one.value for one in _inside(node) if isinstance(one, cst.Name)}):
        for scope in tree.scope_at(node).up():
            if any(first < tree.order[binding.node] < last for binding in scope.bindings.get(name, ())):
                return name
    return ""


def late(facts: Facts, call: cst.Call, until: Node) -> str:
    """Why *call* would be another one where *until* stands; empty if it is the same there."""
    tree = facts.module.tree
    if rebound := names_rebound(tree, call, until):
        return f"`{rebound}` is given another value before the client is opened"
    line = next((above for above in tree.ancestors(call) if isinstance(above, cst.BaseStatement)), None)
    moves = line is not None and tree.parent(line) is not tree.parent(until)
    if (effect := effect_of(facts, call)) and (moves or any(True for _ in between(facts, call, until))):
        return f"`{effect}` in the call would run later than it does"
    return ""


def between(facts: Facts, call: cst.Call, until: Node) -> Iterator[Node]:
    """The calls, and what else can take time or raise, that run between *call* and *until* in the same function."""
    tree = facts.module.tree
    frame = tree.scope_at(call).function
    own = _inside(call)
    waits = [node for node in tree.order if isinstance(node, (cst.Await, cst.Yield, cst.Raise, cst.Assert))]
    for node in (*tree.calls_in.get(frame, ()), *(one for one in waits if tree.scope_at(one).function is frame)):
        if tree.order[call] < tree.order[node] < tree.order[until] and node not in own and until not in tree.ancestors(node):
            yield node


def is_calm(facts: Facts, node: Node, names: Iterable[str]) -> bool:
    """Whether *node* only tells something, or prepares the client under one of *names* for when it is connected."""
    if not isinstance(node, cst.Call):
        return False
    func: Any = node.func
    if isinstance(func, cst.Attribute) and func.attr.value in _CALM and dotted_name(func.value) in set(names):
        return True
    return words.tells(node) or not effect_of(facts, node)


def effect_of(facts: Facts, node: Node) -> str:
    """What in *node* may do more than to give a value; empty if nothing does."""
    for one in _inside(node):
        if isinstance(one, (cst.Await, cst.Yield, cst.NamedExpr)):
            return "await" if isinstance(one, cst.Await) else "yield" if isinstance(one, cst.Yield) else ":="
        if isinstance(one, cst.Call) and one is not node and not _is_plain(facts, one):
            return f"{dotted_name(one.func) or '…'}(…)"
    return "" if not isinstance(node, cst.Call) or _builds(facts, node) or _is_plain(facts, node) else f"{dotted_name(node.func) or '…'}(…)"


def _builds(facts: Facts, call: cst.Call) -> bool:
    return any(built.node is call for built in facts.constructions)


def _is_plain(facts: Facts, call: cst.Call) -> bool:
    func: Any = call.func
    tree = facts.module.tree
    if isinstance(func, cst.Name) and func.value in _PLAIN:
        return home_of(tree, func.value, tree.scope_at(call)) is None
    if isinstance(func, cst.Attribute) and func.attr.value in _PLAIN_METHODS:
        return True
    names = facts.ask.outside_names(facts.module, func)
    return bool(names) and all(name.startswith(_PLAIN_FROM) for name in names)


def _inside(node: Node) -> set[Any]:
    pending: list[Any] = [node]
    found: set[Any] = {node}
    while pending:
        current = pending.pop()
        if not isinstance(current, cst.Lambda):
            found.update(current.children)
            pending.extend(current.children)
    return found
