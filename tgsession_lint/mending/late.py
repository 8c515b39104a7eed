"""A client that a constructor builds and a method opens -> a guard that the constructor makes and that method opens.

`self._guard = guarded_client(…)`, and `self.client = await self._guard.aopen()` before the first thing in that method that has to
do with the client. No stack: what disconnects the client, wherever that is, gives the session up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import Fix, NoFix, Position
from tgsession_lint.frozen import frozen
from tgsession_lint.layout import Span
from tgsession_lint.mending import elsewhere, heads, imports, login, words
from tgsession_lint.mending.draft import Draft, has_comment
from tgsession_lint.mending.opening import MESSAGE
from tgsession_lint.names import home_of
from tgsession_lint.nodes import dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.kept import Kept
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Scope, Tree

_GUARD = "_guard"
# What can be asked of a client that is not connected yet; nothing of it says that there is a connection.
_EARLY = frozenset({
    "on", "add_event_handler", "remove_event_handler", "list_event_handlers", "is_connected", "set_proxy", "set_receive_updates",
    "build_reply_markup",
})  # fmt: skip


@frozen
class Late:
    """The one place that builds the client, the one that opens it, and the statement of that method before which there has to be one."""

    kept: Kept
    call: cst.Call
    line: cst.SimpleStatementLine
    opening: words.Opening
    method: Scope
    first: Any


def mend(facts: Facts, kept: Kept, call: cst.Call, layout: Layout, why: NoFix) -> Fix | NoFix:
    """The guard for the client that *call* builds; *why* not where this is another kind of client."""
    found = _late(facts, kept, call)
    if found is None:
        return why
    refused = _refuse(facts, found)
    if refused is not None:
        return refused
    uses = [use for use in kept.uses if not _is_inside(kept.tree, use, found.opening.line)]
    remark = login.refuse(facts, uses, found.opening.args, kept.owner, {found.method})
    return remark if isinstance(remark, NoFix) else _rewritten(facts, found, layout, remark)


def _late(facts: Facts, kept: Kept, call: cst.Call) -> Late | None:
    """How the client is built and opened, if the constructor does the one, and one other method the other."""
    tree = kept.tree
    line: Any = next((one for one in tree.ancestors(call) if isinstance(one, cst.SimpleStatementLine)), None)
    scope = tree.scope_at(call)
    node: Any = scope.node
    plain = line is not None and scope.parent is kept.owner and node.name.value == "__init__" and line in node.body.body
    stored = [one for one in tree.stored if one.kind != "ann" and dotted_name(one.target) == kept.name and kept.owner in tree.scope_at(one.target).up()]
    if not plain or len(line.body) > 1 or [one.value for one in stored if not _is_none(one.value)] != [call]:
        return None
    lines = dict.fromkeys(next(one for one in tree.ancestors(use) if isinstance(one, cst.BaseStatement)) for use in kept.uses)
    openings = [found for one in lines if (found := words.opening(one, kept.name)) is not None]
    methods = {tree.scope_at(one.line) for one in openings} - {scope}
    if len(openings) != 1 or len(methods) != 1:
        return None
    method = methods.pop()
    body: Any = getattr(method.node, "body", None)
    if method.parent is not kept.owner or not isinstance(body, cst.IndentedBlock) or (method.is_async and not openings[0].awaited):
        return None
    reaching = _reaching(facts, kept)
    first = next(
        (one for one in body.body if any(_is_inside(tree, use, one) for use in kept.uses) or _calls(kept, one, reaching)), openings[0].line
    )  # fmt: skip
    return Late(kept, call, line, openings[0], method, first)


def _is_none(value: Any) -> bool:
    return isinstance(value, cst.Name) and value.value == "None"


def _is_inside(tree: Tree, node: Node, outer: Node) -> bool:
    return node is outer or outer in tree.ancestors(node)


def _reaching(facts: Facts, kept: Kept) -> set[str]:
    """The methods that have to do with the client, themselves or by what they call."""
    del facts
    tree = kept.tree
    found = {_name(tree.scope_at(use), kept.owner) for use in kept.uses} - {""}
    while True:
        more = {_name(tree.scope_at(node), kept.owner) for node in _own_calls(kept, found)} - {"", "__init__"}
        if more <= found:
            return found
        found |= more


def _name(scope: Scope, owner: Scope) -> str:
    """The name of the method that *scope* is of."""
    method = next((one for one in scope.up() if one.parent is owner), None)
    return getattr(getattr(getattr(method, "node", None), "name", None), "value", "")


def _own_calls(kept: Kept, names: set[str]) -> Iterator[cst.Attribute]:
    """Where the class names one of its methods: `self.name`."""
    receiver = kept.name.partition(".")[0]
    for name in names:
        for node in kept.tree.uses.get(name, ()):
            if isinstance(node, cst.Attribute) and dotted_name(node) == f"{receiver}.{name}" and kept.owner in kept.tree.scope_at(node).up():
                yield node


def _calls(kept: Kept, statement: Node, names: set[str]) -> bool:
    return any(_is_inside(kept.tree, node, statement) for node in _own_calls(kept, names))


# what is in the way


def _refuse(facts: Facts, found: Late) -> NoFix | None:
    kept, tree = found.kept, found.kept.tree
    refused = heads.refuse(facts, found.call, found.opening.args)
    if refused is not None:
        return refused
    if "__slots__" in kept.owner.bindings or _GUARD in tree.uses:
        return NoFix(f"the object has no room for a guard of the name `{_GUARD}`")
    if has_comment(found.call):
        return NoFix("comments or line breaks stand where only a person can move them")
    given = heads.token(found.opening.args)
    if given is not None and not _is_known(kept, given.value, found.line):
        return NoFix("the token is not known yet where the client is built")
    if elsewhere.has_unknown_base(facts, kept.owner):
        return NoFix(f"`{kept.name}` may be used before it is opened, by a class above: build it where it is opened")
    early = [(facts.module, use) for use in kept.uses if not _is_after(found, use)] + elsewhere.uses(facts, kept.attribute, kept.owner)
    if not all(_can_wait(module.tree, use) for module, use in early):
        return NoFix(f"`{kept.name}` may be used before it is opened, where the guard has no client yet: build it where it is opened")
    return None if _asks_well(found) else NoFix(f"the code asks whether `{kept.name}` is connected, and opens it by the answer")


def _is_known(kept: Kept, value: Any, line: Node) -> bool:
    """Whether *value* can be worked out where *line* of the constructor stands: of the module's names, or stored before."""
    tree = kept.tree
    own = kept.name.partition(".")[0]
    stored = {dotted_name(one.target) for one in tree.stored if tree.order[one.target] < tree.order[line]}
    pending: list[Any] = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Attribute) and dotted_name(node.value) == own and dotted_name(node) not in stored:
            return False
        if isinstance(node, cst.Name) and id(node) in tree.around and node.value != own:
            if home_of(tree, node.value, tree.scope_at(node)) is not tree.scope:
                return False
        pending.extend(node.children)
    return True


def _is_after(found: Late, use: Node) -> bool:
    """Whether *use* can only come once the guard is open: in that method, or in one that nothing but that method calls."""
    tree, owner = found.kept.tree, found.kept.owner
    seen: set[str] = set()
    pending = [use]
    while pending:
        node = pending.pop()
        name = _name(tree.scope_at(node), owner)
        if name == _name(found.method, owner):
            if tree.order[node] < tree.order[found.first] and not _is_inside(tree, node, found.first):
                return False
            continue
        callers = list(_own_calls(found.kept, {name}))
        if not name or name in seen or not callers or _is_public(found.kept, name):
            return False
        seen.add(name)
        pending += callers
    return True


def _is_public(kept: Kept, name: str) -> bool:
    """Whether code outside of the class may call the method of that name."""
    own = set(_own_calls(kept, {name}))
    return not name.startswith("_") and any(isinstance(node, cst.Attribute) and node not in own for node in kept.tree.uses.get(name, ()))


def _can_wait(tree: Tree, use: cst.Attribute) -> bool:
    """Whether what happens at *use* would have failed without a connection, or only asks whether there is a client."""
    above: Any = tree.parent(use)
    if isinstance(above, (cst.If, cst.While, cst.UnaryOperation, cst.Comparison, cst.BooleanOperation)):
        return True
    if isinstance(above, cst.IfExp):
        return above.test is use
    if isinstance(above, cst.Arg):
        call: Any = tree.parent(above)
        return isinstance(call, cst.Call) and isinstance(tree.parent(call), cst.Await)
    method = elsewhere.method_at(tree, use)
    if method == "is_connected":
        return _is_asked_first(tree, use)
    called = isinstance(above, cst.Call) and above.func is use
    return called or isinstance(above, cst.WithItem) or (bool(method) and method not in _EARLY)


def _is_asked_first(tree: Tree, use: Node) -> bool:
    """`self.client and self.client.is_connected()`."""
    name = dotted_name(use)
    return any(isinstance(above, cst.BooleanOperation) and dotted_name(above.left) == name and isinstance(above.operator, cst.And)
               for above in tree.ancestors(use))  # fmt: skip


def _asks_well(found: Late) -> bool:
    """Whether the method goes on alike when the client is connected from the start: no `if self.client.is_connected(): return`."""
    tree = found.kept.tree
    for use in found.kept.uses:
        before = tree.order[use] < tree.order[found.opening.line] and tree.scope_at(use).function is found.method
        if not before or elsewhere.method_at(tree, use) != "is_connected":
            continue
        test: Any = next((above for above in tree.ancestors(use) if isinstance(above, cst.If)), None)
        inside = test is not None and tree.parent(found.opening.line) is test.body and test.orelse is None
        if not inside or len(words.statements_of(test.body)) > 1 or not isinstance(test.test, cst.UnaryOperation):
            return False
    return True


# the rewriting


def _rewritten(facts: Facts, found: Late, layout: Layout, remark: str) -> Fix:
    draft, kept = Draft(layout), found.kept
    guard = f"{kept.name.partition('.')[0]}.{_GUARD}"
    opened = f"{kept.name} = await {guard}.aopen()" if found.method.is_async else f"{kept.name} = {guard}.open()"
    draft.put(Span(layout.span(found.line).start, layout.outer(found.call.func).start), f"{guard} = ")
    gone = heads.put(facts, draft, found.call, found.opening.args)
    draft.insert_row(layout.rows(found.line)[1], f"{layout.indent(found.line)}{kept.name} = None\n")
    if found.first is found.opening.line:
        draft.put(layout.span(found.opening.line), opened)
    else:
        draft.insert(Position(layout.rows(found.first)[0], 1), f"{layout.indent(found.first)}{opened}\n")
        block: Any = kept.tree.parent(found.opening.line)
        if len(block.body) > 1:
            draft.drop(*layout.rows(found.opening.line), layout.comment(found.opening.line))
    imports.need(facts, draft, found.line)
    imports.release(facts, draft, gone)
    return draft.fix(MESSAGE + remark, safe=False, isolated=True)
