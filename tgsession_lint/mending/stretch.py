"""Which statements go into the guarded block of a client, and what of them goes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.frozen import frozen
from tgsession_lint.mending import callers, imports, moving, openers, words
from tgsession_lint.mending.escapes import escape, made_of
from tgsession_lint.names import reads
from tgsession_lint.nodes import dotted_name, source_of, string_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.mending.variable import Variable
    from tgsession_lint.mending.words import Opening
    from tgsession_lint.nodes import Node


@frozen
class Stretch:
    """The statements that go into the guarded block, and what of them goes away.

    `inner` is where the guard is entered: the statement that opened the client, or None for the one that built it.
    `unwrapped` is a `try` of which only its body is left.
    """

    statements: tuple[Any, ...]
    inner: Any
    removed: tuple[Any, ...]
    ends: bool
    """Whether the client is closed where the stretch ends, so that nothing can use it later."""


def openings_of(variable: Variable) -> Iterator[Opening]:
    """The statements that open the client, each once."""
    seen: set[Node] = set()
    for use in variable.uses:
        line = next((above for above in variable.tree.ancestors(use) if isinstance(above, cst.SimpleStatementLine)), None)
        found = words.opening(line, variable.name) if line is not None and variable.is_direct(use) else None
        if found is not None:
            found = words.opening_if_not_open(_asking(variable, found.line), variable.name) or found
        if found is not None and found.line not in seen:
            seen.add(found.line)
            yield found


def _asking(variable: Variable, line: Node) -> Node | None:
    """`if not client.is_connected():` round *line*, or whatever is there."""
    block = variable.tree.parent(line)
    return variable.tree.parent(block) if block is not None else None


def kept_uses(variable: Variable, stretch: Stretch) -> list[Node]:
    """The uses of the client that are left in the block."""
    return [use for use in variable.within(stretch.statements) if not variable.is_inside(use, stretch.removed)]


def sure_stretch(facts: Facts, variable: Variable, call: cst.Call | None, openings: list[Opening]) -> Stretch | NoFix:
    """The stretch from *openings* on, where all that it does can be done inside a block."""
    stretch = stretch_of(facts, variable, call, openings)
    if isinstance(stretch, NoFix):
        return stretch
    if call is not None and (other := _of_same_session(facts, variable, call, stretch)):
        return NoFix(f"another client of the session `{other}` is built in the block, where the guard has it already")
    if not stretch.ends and _is_imported(facts, variable):
        return NoFix(f"other modules import this one, and `{variable.name}` would be closed by then: build it where it is used")
    if (holder := _holder_behind(variable, stretch)) is not None:
        return NoFix(f"`{holder}` has `{variable.name}`, and is used behind the block, where that would be closed")
    used = kept_uses(variable, stretch)
    kept = callers.kept_by(facts, used) or ("" if _always_ends(variable, stretch) else callers.given_away(facts, used))
    if kept:
        return NoFix(f"`{kept}` keeps `{variable.name}`, which outlives the block")
    return refuse(variable, stretch) or openers.refuse(facts, variable, stretch.statements) or stretch


def _is_imported(facts: Facts, variable: Variable) -> bool:
    """Whether the block would be one of the module itself, and other modules go on with what it leaves."""
    if variable.home is not facts.module.tree.scope or any(isinstance(above, cst.If) for above in variable.tree.ancestors(variable.line)):
        return False
    return bool(facts.mentions.reach.importers.get(facts.module.path))


def _holder_behind(variable: Variable, stretch: Stretch) -> str | None:
    """The name of what was made with the client, and is used behind the block, but before the client was closed so far."""
    tree = variable.tree
    made = {name for use in variable.within(stretch.statements) for name in made_of(variable, use)} - {variable.name}
    ends = [tree.order[part] for part in stretch.removed if part not in stretch.statements and not variable.is_inside(part, stretch.statements)]
    last = max(ends, default=None) if stretch.ends else None
    first = tree.order[stretch.statements[-1]] if stretch.statements else 0
    for name in sorted(made):
        for use in reads(tree, name, variable.home) if name in variable.home.bindings else ():
            behind = tree.order[use] > first and not variable.is_inside(use, stretch.statements)
            if behind and ((last is None and not stretch.ends) or (last is not None and tree.order[use] < last)):
                return name
    return None


def _of_same_session(facts: Facts, variable: Variable, call: cst.Call, stretch: Stretch) -> str:
    """The session of *call*, as it is written there, if the stretch builds another client of it; empty if it does not."""
    own = _session(call)
    built = {one.node for one in facts.constructions}
    others = [one for one in facts.module.tree.calls if one is not call and (one in built or dotted_name(one.func) == imports.GUARD)]
    return own if any(variable.is_inside(one, stretch.statements) and _session(one) == own for one in others) else ""


def _session(call: cst.Call) -> str:
    first = next((arg.value for arg in call.args if not arg.star and (arg.keyword is None or arg.keyword.value == "session")), None)
    literal = string_value(first) if isinstance(first, cst.SimpleString) else None
    return literal or (source_of(first) if first is not None else "")


def stretch_of(facts: Facts, variable: Variable, call: cst.Call | None, openings: list[Opening]) -> Stretch | NoFix:
    """The stretch from *openings* on, entered where the client is opened if that can be."""
    inner = openings[0].line if openings else None
    if inner is not None and call is not None and not _is_next(variable, inner) and _is_tried(variable, inner):
        found = _from(variable, inner, openings)
        if isinstance(found, Stretch) and not moving.late(facts, call, inner):
            if not _leaves_bare_try(variable, found, inner):
                return found
    if call is not None and _is_heard_of(facts, variable):
        return NoFix("what opens the client stands in a `try`, which would not hear of it any more where that fails")
    return _from(variable, None, openings)


def _is_heard_of(facts: Facts, variable: Variable) -> bool:
    """Whether a `try` that does not build the client does something where the client cannot be opened."""
    tree = variable.tree
    openings = [use for use in variable.uses if variable.is_direct(use) and any(True for _ in openers.openings_of(facts, use))]
    return bool(openings) and words.is_heard_of(tree, min(openings, key=tree.order.__getitem__), variable.block, {variable.name})


def _is_next(variable: Variable, line: Node) -> bool:
    siblings = list(variable.siblings)
    place = siblings.index(variable.line)
    return siblings[place + 1 : place + 2] == [line]


def _is_tried(variable: Variable, line: Node) -> bool:
    """Whether *line* stands in the variable's own block, or in the body of a `try` in it, and so on."""
    block = variable.tree.parent(line)
    while block is not variable.block:
        statement: Any = variable.tree.parent(block) if block is not None else None
        if not isinstance(statement, cst.Try) or statement.body is not block:
            return False
        block = variable.tree.parent(statement)
    return True


def _from(variable: Variable, inner: Any, openings: list[Opening]) -> Stretch | NoFix:
    """The stretch that begins with *inner*, or with the statement that builds the client."""
    first: Any = inner or variable.line
    block: Any = variable.tree.parent(first)
    siblings = block.body
    after = siblings[siblings.index(first) + 1 :]
    closings = [place for place, statement in enumerate(after) if words.is_closing(statement, variable.name)]
    tried = [place for place, statement in enumerate(after) if _closed_finally(statement, variable.name)]
    last = max([*closings[-1:], *tried[-1:]], default=len(after) - 1)
    statements = tuple(after[: last + 1])
    around = enclosing_try(variable, block)
    parts = [*([around] if around is not None else []), *statements]
    removed = [one.line for one in openings if variable.is_inside(one.line, statements) or one.line is inner]
    removed += _closings_at_the_end(variable, statements, [place for place in closings if place <= last])
    removed += [closing for part in parts for closing in _closings_of_try(part, variable.name)]
    removed += list(_closings_in(around, variable.name)) if around is not None else []
    removed += _closings_before_leaving(variable, statements)
    behind = list(_closings_behind(variable, inner)) if inner is not None else []
    removed += behind
    removed = list(dict.fromkeys(removed))
    stray = [use for use in variable.uses if not variable.is_inside(use, [*statements, *removed])]
    if stray:
        return NoFix(_stray(variable, stray))
    ends = bool(closings or tried or behind) or (around is not None and _closed_finally(around, variable.name))
    return Stretch(statements, inner, tuple(removed), ends)


def _closings_at_the_end(variable: Variable, statements: Sequence[Any], places: list[int]) -> list[Any]:
    """The statements at *places*, which close the client, as far as nothing asks for the client behind them."""
    found: list[Any] = []
    for place in reversed(places):
        behind = [one for one in statements[place + 1 :] if one not in found]
        if variable.within(behind) and not all(_closed_finally(one, variable.name) for one in behind if variable.within([one])):
            break
        found.append(statements[place])
    return found


def _stray(variable: Variable, stray: list[Node]) -> str:
    if all(not variable.is_direct(use) for use in stray):
        return f"functions elsewhere use `{variable.name}`: give it to them as an argument"
    return f"`{variable.name}` is used outside the block in which it is open"


def _closed_finally(statement: Any, name: str) -> bool:
    """Whether *statement* is a `try` whose `finally` closes the client."""
    if not isinstance(statement, cst.Try) or statement.finalbody is None:
        return False
    return any(words.is_closing(part, name) for part in words.statements_of(statement.finalbody.body))


def enclosing_try(variable: Variable, block: Any) -> cst.Try | None:
    """The `try` of which *block* is the body, if it is one."""
    statement = variable.tree.parent(block) if block is not None else None
    return statement if isinstance(statement, cst.Try) and statement.body is block else None


def _closings_of_try(statement: Any, name: str) -> Iterator[Any]:
    """What closes the client in the clauses of a `try` that closes it in the end."""
    if _closed_finally(statement, name):
        yield from _closings_in(statement, name)


def _closings_in(statement: cst.Try, name: str) -> Iterator[Any]:
    """What closes the client in the clauses of a `try` behind its body."""
    clauses: list[Any] = [*statement.handlers, *([statement.orelse] if statement.orelse is not None else [])]
    clauses += [statement.finalbody] if statement.finalbody is not None else []
    for clause in clauses:
        yield from (part for part in words.statements_of(clause.body) if words.is_closing(part, name))


def _closings_before_leaving(variable: Variable, statements: Sequence[Node]) -> Iterator[Any]:
    """`await client.disconnect()` right before a `return` or a `raise` that leaves the guarded block anyway."""
    for use in variable.within(statements):
        line: Any = next((above for above in variable.tree.ancestors(use) if isinstance(above, cst.SimpleStatementLine)), None)
        block: Any = variable.tree.parent(line) if line is not None else None
        if line is None or not variable.is_direct(use) or not isinstance(block, cst.IndentedBlock):
            continue
        if words.is_closing(line, variable.name):
            following = block.body[block.body.index(line) + 1 : block.body.index(line) + 2]
            if following and isinstance(following[0], cst.SimpleStatementLine):
                if isinstance(following[0].body[-1], (cst.Return, cst.Raise)):
                    yield line


def _closings_behind(variable: Variable, inner: Node) -> Iterator[Any]:
    """What closes the client behind the `try` round *inner*, in the block that builds it."""
    around = next((above for above in variable.tree.ancestors(inner) if above in variable.siblings), None)
    if around is not None:
        place = list(variable.siblings).index(around)
        yield from (part for part in variable.siblings[place + 1 :] if words.is_closing(part, variable.name))


def _leaves_bare_try(variable: Variable, stretch: Stretch, inner: Node) -> bool:
    """Whether the `try` round *inner* would be left with neither handler nor `finally`, so that it had better go."""
    around = enclosing_try(variable, variable.tree.parent(inner))
    return around is not None and not around.handlers and is_emptied(around.finalbody, stretch)


def is_emptied(clause: Any, stretch: Stretch) -> bool:
    """Whether nothing is left of *clause*."""
    parts = words.statements_of(clause.body) if clause is not None else ()
    return bool(parts) and all(part in stretch.removed for part in parts)


def refuse(variable: Variable, stretch: Stretch) -> NoFix | None:
    """Why the statements of *stretch* cannot go into a block; None where they can."""
    kept = [one for one in stretch.statements if one not in stretch.removed]
    if not kept:
        return NoFix("nothing is done while the client is open")
    if any(len(getattr(part, "body", ())) > 1 for part in stretch.removed if isinstance(part, cst.SimpleStatementLine)):
        return NoFix("several statements stand on one line: give each its own")
    if any(not isinstance(variable.tree.parent(part), (cst.IndentedBlock, cst.Module)) for part in stretch.removed):
        return NoFix("a block stands on the row of its colon: give it rows of its own")
    return escape(variable, kept, ends=_always_ends(variable, stretch))


def _always_ends(variable: Variable, stretch: Stretch) -> bool:
    """Whether the client has been closed on every way out of the block so far, but for exceptions."""
    return stretch.ends and not _leaves_early(variable, [one for one in stretch.statements if one not in stretch.removed])


def _leaves_early(variable: Variable, kept: Sequence[Any]) -> bool:
    """Whether a `return` gets round what closes the client in the end, so that it may have been kept open."""
    tried = any(_closed_finally(statement, variable.name) for statement in kept)
    around = enclosing_try(variable, variable.block)
    if tried or (around is not None and _closed_finally(around, variable.name)):
        return False
    values = [value for value in variable.home.returns if variable.is_inside(value, kept)]
    return bool(values) or any(_returns_nothing(statement) for statement in kept)


def _returns_nothing(statement: Any) -> bool:
    """Whether there is a bare `return` in *statement*, outside of functions further in."""
    pending: list[Any] = [statement]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Return):
            return True
        if not isinstance(current, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            pending.extend(current.children)
    return False
