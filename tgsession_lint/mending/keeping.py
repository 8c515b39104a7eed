"""A client that an object keeps: built and opened in one of its methods, closed in others -> an exit stack of the object.

`self.client = TelegramClient(…)`, `await self.client.connect()`, elsewhere `await self.client.disconnect()`. The guard is
entered where the client was opened, on a stack that the constructor makes, and left where it was disconnected. Every place
that builds the client or closes it changes at once, so that the fix is the same for each of them. This file finds those
places; `stacking` rewrites them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.frozen import frozen
from tgsession_lint.mending import elsewhere, heads, login, moving, words
from tgsession_lint.mending.draft import has_comment
from tgsession_lint.mending.kept import Kept, in_class, stored_in_attribute
from tgsession_lint.mending.stacking import Rewriting
from tgsession_lint.names import home_of
from tgsession_lint.nodes import dotted_name, source_of
from tgsession_lint.values import Class

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree

# What can be asked of a client that is not connected yet, where the guard has none.
_EARLY = frozenset({"on", "add_event_handler", "remove_event_handler", "list_event_handlers", "is_connected", "set_proxy"})


@frozen
class Built:
    """One place that builds the client: the call, its statement, what `start(…)` was given, and what opens it.

    `late` where another method opens it than the constructor, which builds it.
    """

    call: cst.Call
    outer: Node
    line: cst.SimpleStatementLine
    opening: cst.SimpleStatementLine | None
    args: tuple[cst.Arg, ...]
    late: bool = False

    @property
    def enters_at(self) -> Node:
        """The statement in which the guard is entered."""
        return self.opening if self.late and self.opening is not None else self.line


def mend(facts: Facts, call: cst.Call, target: Any, layout: Layout) -> Fix | NoFix:
    """The exit stack for the client that *call* builds and *target*, an attribute, keeps."""
    kept = Kept.of(facts, target)
    if isinstance(kept, NoFix):
        return kept
    places = list(_places(facts, kept))
    wrong = next((place for place in places if isinstance(place, NoFix)), None)
    if wrong is not None:
        return wrong
    built = [place for place in places if isinstance(place, Built)]
    if call not in [place.call for place in built]:
        return NoFix(f"`{kept.name}` is built in a way that only a person can rewrite")
    closings = [use for use in kept.uses if elsewhere.method_at(facts.module.tree, use) == "disconnect"]
    refused = _refuse(facts, kept, built, closings)
    if refused is not None:
        return refused
    args = [arg for place in built for arg in place.args]
    openings = {node for place in built if place.opening is not None for node in _inside(place.opening)}
    openers = {facts.module.tree.scope_at(place.enters_at) for place in built}
    remark = login.refuse(facts, [use for use in kept.uses if use not in openings], args, kept.owner, openers)
    if isinstance(remark, NoFix):
        return remark
    return Rewriting(facts, kept, built, layout).fix(closings, remark)


# what there is


def _places(facts: Facts, kept: Kept) -> Iterator[Built | NoFix]:
    """Every place that gives the attribute a value other than None."""
    for stored in stored_in_attribute(kept.tree, kept.attribute):
        value: Any = stored.value
        if stored.kind != "ann" and not (isinstance(value, cst.Name) and value.value == "None"):
            yield _built(facts, kept, stored.target, value)


def _built(facts: Facts, kept: Kept, target: Node, value: Any) -> Built | NoFix:
    from tgsession_lint.mending.unguarded import inside_fluent

    tree = kept.tree
    call = inside_fluent(value)
    known = [one.node for one in facts.constructions if not one.by_reference]
    if call not in known:
        return NoFix(f"`{kept.name}` is given another value as well")
    statement: Any = tree.parent(value)
    line: Any = tree.parent(statement)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1 or not isinstance(tree.parent(line), cst.IndentedBlock):
        return NoFix("several statements stand on one line: give each its own")
    if isinstance(statement, cst.Assign) and len(statement.targets) > 1:
        return NoFix("the client is given several names at once")
    if tree.scope_at(target).parent is not kept.owner:
        return NoFix(f"`{kept.name}` is built in a function further in")
    if value is not call:
        started: Any = value.expression if isinstance(value, cst.Await) else value
        start = tuple(started.args)
        return _if_guardable(facts, Built(call, value, line, None, start))
    found = _opening(kept, line)
    if isinstance(found, NoFix):
        return _built_early(facts, kept, call, line, found)
    moves = tree.parent(found.line) is not tree.parent(line)
    if moves and (has_comment(call) or "\n" in source_of(found.line).strip()):
        return NoFix("comments or line breaks stand where only a person can move them")
    if moves and (why := moving.late(facts, call, found.line)):
        return NoFix(why)
    return _if_guardable(facts, Built(call, call, line, found.line, found.args))


def _if_guardable(facts: Facts, built: Built) -> Built | NoFix:
    return heads.refuse(facts, built.call, built.args) or built


def _opening(kept: Kept, line: Any) -> words.Opening | NoFix:
    """The statement that opens the client, in the block of the *line* that builds it or in a `try` of that block."""
    block: Any = kept.tree.parent(line)
    for statement in _following(block.body[block.body.index(line) + 1 :]):
        found = words.opening(statement, kept.name)
        if found is not None:
            in_loop = kept.tree.scope_at(line).is_async
            if in_loop and not found.awaited:
                return NoFix("what opens the client is not awaited, so that it is not clear when it is open")
            return found
        if not _inside(statement).isdisjoint(kept.uses):
            return NoFix(f"`{kept.name}` is used before it is opened, where the guard has no client yet")
    return NoFix(f"`{kept.name}` is opened elsewhere than where it is built: build it where it is opened")


def _built_early(facts: Facts, kept: Kept, call: cst.Call, line: Any, why: NoFix) -> Built | NoFix:
    """The client that the constructor builds and another method opens, where nothing uses it in between; or else *why* not."""
    method = kept.tree.scope_at(line)
    node: Any = method.node
    if node.name.value != "__init__" or line not in node.body.body:
        return why
    found = [one for one in _openings(kept) if kept.tree.scope_at(one.line) is not method]
    if len(found) != 1 or kept.tree.scope_at(found[0].line).parent is not kept.owner:
        return why
    opening = found[0]
    if kept.tree.scope_at(opening.line).is_async and not opening.awaited:
        return NoFix("what opens the client is not awaited, so that it is not clear when it is open")
    given = heads.token(opening.args)
    if given is not None and not _is_known(kept, given.value, line):
        return NoFix("the token is not known yet where the client is built")
    opened = _inside(opening.line)
    early = [use for use in kept.uses if use not in opened and not _is_behind(kept.tree, use, opening.line)]
    others = [(facts.module, use) for use in early] + elsewhere.uses(facts, kept.attribute, kept.owner)
    known = all(_needs_connection(module.tree, use) for module, use in others) and not elsewhere.has_unknown_base(facts, kept.owner)
    if not known:
        return NoFix(f"`{kept.name}` may be used before it is opened, where the guard has no client yet: build it where it is opened")
    return _if_guardable(facts, Built(call, call, line, opening.line, opening.args, late=True))


def _openings(kept: Kept) -> Iterator[words.Opening]:
    lines = (next(one for one in kept.tree.ancestors(use) if isinstance(one, cst.BaseStatement)) for use in kept.uses)
    yield from (found for line in dict.fromkeys(lines) if (found := words.opening(line, kept.name)) is not None)


def _is_known(kept: Kept, value: Any, line: Node) -> bool:
    """Whether *value* can be worked out where *line* of the constructor stands: of the module's names, or stored before."""
    tree = kept.tree
    own = kept.name.partition(".")[0]
    stored = {dotted_name(one.target) for one in tree.stored if tree.order[one.target] < tree.order[line]}
    for node in _inside(value):
        if isinstance(node, cst.Attribute) and dotted_name(node.value) == own and dotted_name(node) not in stored:
            return False
        if isinstance(node, cst.Name) and id(node) in tree.around and node.value != own:
            if home_of(tree, node.value, tree.scope_at(node)) is not tree.scope:
                return False
    return True


def _is_behind(tree: Tree, use: Node, line: Node) -> bool:
    """Whether *use* comes after *line*, in the same function."""
    return tree.scope_at(use).function is tree.scope_at(line).function and tree.order[use] > tree.order[line]


def _needs_connection(tree: Tree, use: cst.Attribute) -> bool:
    """Whether what happens at *use* would have failed without a connection, so that there is one."""
    above: Any = tree.parent(use)
    call: Any = above if isinstance(above, cst.Call) else tree.parent(above)
    if not isinstance(call, cst.Call) or call.func not in {use, above} or elsewhere.method_at(tree, use) in _EARLY:
        return False
    waited = isinstance(tree.parent(call), (cst.Await, cst.For, cst.CompFor, cst.WithItem))
    return waited or not tree.scope_at(use).is_async or elsewhere.method_at(tree, use) == "disconnect"


def _following(statements: Sequence[Any]) -> Iterator[Any]:
    """The statements in order, with those of a `try` in its place."""
    for statement in statements:
        if isinstance(statement, cst.Try) and isinstance(statement.body, cst.IndentedBlock):
            yield from _following(statement.body.body)
            return
        yield statement


def _inside(node: Node) -> set[Node]:
    pending, found = [node], {node}
    while pending:
        current = pending.pop()
        found.update(current.children)
        pending.extend(current.children)
    return found


# what is in the way


def _refuse(facts: Facts, kept: Kept, built: Sequence[Built], closings: Sequence[cst.Attribute]) -> NoFix | None:
    tree, name = kept.tree, kept.name
    node: Any = kept.owner.node
    if elsewhere.is_set(facts, kept.attribute, kept.owner):
        return NoFix(f"code in another file sets `{kept.attribute}`")
    if not closings:
        return NoFix(f"nothing in the class disconnects `{name}`: give it a method that does, or enter the guard where the object is made")
    loops = {tree.scope_at(place.enters_at).is_async for place in built} | {tree.scope_at(use).is_async for use in closings}
    if len(loops) > 1:
        return NoFix(f"`{name}` is opened where a loop runs and closed where none does, or the other way round")
    if loops == {True} and not all(_is_awaited(tree, use) for use in closings):
        return NoFix(f"not every disconnect of `{name}` is awaited")
    if any(isinstance(tree.parent(use), cst.WithItem) for use in kept.uses):
        return NoFix(f"`{name}` is entered by a `with` of its own")
    own = {closing.node for closing in facts.closings if closing.method == "disconnect" and in_class(tree, closing.node, kept.owner)}
    if own - {_call_of(tree, use) for use in closings}:
        return NoFix(f"`{name}` is disconnected under another name")
    for module, use in elsewhere.closings(facts, kept.attribute, kept.owner):
        awaited = _is_awaited(module.tree, use) if loops == {True} else not module.tree.scope_at(use).is_async
        if not awaited or not elsewhere.is_known(facts, module, use) or elsewhere.layout_of(facts, module) is None:
            return NoFix(f"`{name}` is disconnected outside of its class as well")
    if "__slots__" in kept.owner.bindings or (node.decorators and "__init__" not in kept.owner.bindings):
        return NoFix("the class decides by itself which attributes its objects have")
    if any(isinstance(value, Class) and "__slots__" in value.scope.bindings for value in _bases(facts, kept)):
        return NoFix("the class decides by itself which attributes its objects have")
    return None


def _bases(facts: Facts, kept: Kept) -> Iterator[Any]:
    node: Any = kept.owner.node
    for base in node.bases:
        yield from facts.ask.value(facts.module, base.value)


def _call_of(tree: Tree, use: cst.Attribute) -> Node | None:
    above = tree.parent(use)
    return tree.parent(above) if above is not None else None


def _is_awaited(tree: Tree, use: Node) -> bool:
    for above in tree.ancestors(use):
        if isinstance(above, cst.Await):
            return True
        if isinstance(above, (cst.BaseStatement, cst.BaseSmallStatement)):
            return False
    return False
