"""Where a guard without a block is opened: where the client is built, or further down where it was opened.

Between the two other code may run, and what it raises would leave the guard open where no client was connected before. And a
`try` that hears of it where the client cannot be opened has to go on to hear of it, and to find what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix, Position
from tgsession_lint.mending import moving, openers, words
from tgsession_lint.mending.draft import has_comment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.draft import Draft
    from tgsession_lint.mending.seats import Seat
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree

_UNBOUND = "where the client cannot be opened, `{}` would stand for none, and what the `try` does in the end needs it"
_UNHEARD = "what opens the client stands in a `try`, which would not hear of it any more where that fails"
_BETWEEN = "other code runs between the client and what opens it: build it where it is opened"


def find(facts: Facts, call: cst.Call, outer: Node, seats: Sequence[Seat]) -> Any:
    """The statement before which the guard is opened; None for that which builds the client now, a `NoFix` where there is none."""
    tree = facts.module.tree
    line = next((above for above in tree.ancestors(outer) if isinstance(above, cst.BaseStatement)), None)
    if line is None:
        return None
    opening = _first_opening(facts, outer, seats) if outer is call else None
    place: Any = _before(tree, line, opening, seats) if opening is not None else None
    at: Any = line
    if isinstance(place, NoFix):
        return place
    heard = place is not None and tree.parent(place) is not tree.parent(line)
    if heard and not _can_move(facts, call, line, place, seats):
        return NoFix(_UNHEARD)
    if heard:
        at = place
    elif place is not None and not all(moving.is_calm(facts, one, [seat.name for seat in seats]) for one in moving.between(facts, call, place)):
        if not _can_move(facts, call, line, place, seats):
            return NoFix(_BETWEEN)
        at = place
    if name := _missed(tree, at, seats, line):
        return NoFix(_UNBOUND.format(name))
    return place if at is place else None


def _first_opening(facts: Facts, outer: Node, seats: Sequence[Seat]) -> Node | None:
    tree = facts.module.tree
    frame = tree.scope_at(outer).function
    found = [
        use for seat in seats for use in seat.uses
        if tree.scope_at(use).function is frame and tree.order[use] > tree.order[outer] and any(True for _ in openers.openings_of(facts, use))
    ]  # fmt: skip
    return min(found, key=tree.order.__getitem__, default=None)


def _before(tree: Tree, line: Node, opening: Node, seats: Sequence[Seat]) -> Any:
    """The statement beside *line* in which *opening* stands, or one of a `try` there that has to hear of it; None if there is no such thing."""
    block = tree.parent(line)
    if block is None or block not in tree.ancestors(opening):
        return None
    if words.is_heard_of(tree, opening, block, {seat.name for seat in seats}):
        return _inside(tree, opening, block, seats) or NoFix(_UNHEARD)
    return next(above for above in (opening, *tree.ancestors(opening)) if tree.parent(above) is block)


def _inside(tree: Tree, opening: Node, block: Node, seats: Sequence[Seat]) -> Any:
    """The statement of a `try` that opens the client, where its handlers leave the function, and have nothing to do with the client."""
    line: Any = next((above for above in tree.ancestors(opening) if isinstance(above, cst.SimpleStatementLine)), None)
    around: Any = words.try_round(tree, line) if line is not None else None
    if around is None or tree.parent(around) is not block or not any(words.opening(line, seat.name) for seat in seats):
        return None
    clauses = [*around.handlers, *([around.finalbody] if around.finalbody is not None else [])]
    used = any(clause in tree.ancestors(use) for clause in clauses for seat in seats for use in seat.uses)
    return line if not used and all(words.leaves(handler.body) for handler in around.handlers) else None


def _can_move(facts: Facts, call: cst.Call, line: Any, place: Node, seats: Sequence[Seat]) -> bool:
    """Whether the client can be built right before *place*, and nothing has to do with it before."""
    tree = facts.module.tree
    first, last = tree.order[line], tree.order[place]
    used = any(first < tree.order[use] < last for seat in seats for use in seat.uses)
    plain = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], (cst.Assign, cst.AnnAssign))
    return plain and line.body[0].value is call and not used and not has_comment(call) and not moving.late(facts, call, place)


def _missed(tree: Tree, line: Node, seats: Sequence[Seat], built: Node) -> str:
    """The name that code needs which a `try` or a `with` round *line* comes to, also where the client could not be opened; empty if none does.

    *built* is the statement that builds the client now.
    """
    below: Node = line
    for above in tree.ancestors(line):
        if isinstance(above, (cst.FunctionDef, cst.ClassDef)):
            return ""
        for seat in seats:
            needing: list[Node] = []
            if isinstance(above, (cst.Try, cst.TryStar)) and above.body is below:
                clauses = [*above.handlers, *([above.finalbody] if above.finalbody is not None else [])]
                needing += [use for use in seat.uses if any(clause in tree.ancestors(use) for clause in clauses)]
                if not all(words.leaves(handler.body) for handler in above.handlers):
                    needing += _behind(tree, above, seat)
            elif isinstance(above, cst.With) and above.body is below:
                needing += _behind(tree, above, seat)
            if any(not _is_asked(tree, use, seat, built) for use in needing):
                return seat.name
        below = above
    return ""


def _behind(tree: Tree, statement: Node, seat: Seat) -> list[Node]:
    """Where code behind *statement* does what can be done with a client that is not connected."""
    frame = tree.scope_at(statement).function
    return [
        use for use in seat.uses
        if tree.order[use] > tree.order[statement] and statement not in tree.ancestors(use) and tree.scope_at(use).function is frame
        and getattr(getattr(tree.parent(use), "attr", None), "value", "") in {"disconnect", "is_connected"}
    ]  # fmt: skip


def _is_asked(tree: Tree, use: Node, seat: Seat, built: Node) -> bool:
    """Whether *use* asks whether there is a client, or comes only where there is one; the name has a value before it is *built*."""
    if "." not in seat.name and not any(tree.order[store] < tree.order[built] for store in seat.stores):
        return False
    for above in tree.ancestors(use):
        if isinstance(above, (cst.If, cst.IfExp, cst.While)):
            if any(_asks(above.test, one) for one in seat.uses):
                return True
        elif isinstance(above, cst.BooleanOperation):
            if any(_asks(above.left, one) for one in seat.uses):
                return True
        elif isinstance(above, (cst.FunctionDef, cst.Try)):
            return False
    return False


def _asks(test: Node, use: Node) -> bool:
    """Whether *test* begins with *use* itself, and not with something that is asked of it."""
    first: Any = test
    while isinstance(first, (cst.BooleanOperation, cst.Comparison)):
        first = first.left
    if isinstance(first, cst.UnaryOperation):
        first = first.expression
    return first is use


def move(draft: Draft, layout: Layout, call: cst.Call, place: Any, text: str, *, opens: bool) -> None:
    """Build the client before *place*, by *text*, in place of *call*; *opens* where it takes the place of what opened it."""
    tree = layout.tree
    line: Any = next(above for above in tree.ancestors(call) if isinstance(above, cst.SimpleStatementLine))
    target = layout.row(layout.span(line).start.row)[layout.span(line).start.column - 1 : layout.outer(call).start.column - 1]
    first, last = layout.rows(line)
    draft.drop(first, last, layout.comment(line))
    block: Any = tree.parent(line)
    if layout.is_blank(first - 1) or line is block.body[0]:
        draft.drop_blank_below(last)
    if opens:
        draft.put(layout.span(place), f"{target}{text}")
    else:
        draft.insert(Position(layout.rows(place)[0], 1), f"{layout.indent(place)}{target}{text}\n")
