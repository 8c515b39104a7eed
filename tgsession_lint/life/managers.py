"""`with` and `async with`: what entering and leaving do to the client that is entered, or held by what is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.life import calls
from tgsession_lint.life.binding import given, settled
from tgsession_lint.life.state import CLIENT, CLOSED, HANDED, OPEN, UNCLOSABLE, Place, State

if TYPE_CHECKING:
    from tgsession_lint.flow import Point
    from tgsession_lint.life.effects import After
    from tgsession_lint.life.run import Run


def enter(run: Run, point: Point, state: State) -> After:
    """The states after a `with` item was entered: a client that cannot be is taken not to have been opened."""
    item = point.node
    if item is run.site:
        return _lent(run, point, state)
    state = state.without(item)
    had = run.body.had(state, item.item)
    name = item.asname.name if item.asname is not None else None
    roles = {place.role for place in had if not place.attributes}
    if CLIENT in roles:
        opened = state.now(OPEN).has([Place(item, (), CLIENT)])
        failed = [] if state.life == OPEN else [state]
    elif UNCLOSABLE in roles:
        opened, failed = state, [state]
    else:
        return _entered(run, point, state, had)
    bound = given(run, name, None, opened, opened) if name is not None else opened
    if isinstance(name, cst.Name):
        bound = bound.has([Place(run.body.variable(name), (), CLIENT)])
    elif name is not None:
        bound = bound.now(HANDED)
    return [(point.next, settled(bound)), *((point.error, one) for one in failed)]


def _lent(run: Run, point: Point, state: State) -> After:
    """A guard, the client of which is in question, lends it to its block."""
    item = point.node
    lent = given(run, item.asname.name, None, state, state)._replace(life=OPEN, places=frozenset([Place(item, (), CLIENT)]))
    if isinstance(item.asname.name, cst.Name):
        lent = lent.has([Place(run.body.variable(item.asname.name), (), CLIENT)])
    return [(point.next, lent), (point.error, state)]


def _entered(run: Run, point: Point, state: State, had: list[Place]) -> After:
    """A manager that holds the client, or has nothing to do with it."""
    item = point.node
    fine, failed = calls.method(run, item.item, ("__aenter__", "__enter__"), state, item) if had else ([state], [state])
    ways: After = [(point.error, one) for one in failed]
    for one in fine:
        gives = one.at(item)
        kept = one.without(item).has(place._replace(root=item) for place in had)
        if item.asname is not None:
            target = item.asname.name
            kept = given(run, target, None, kept, kept)
            if isinstance(target, cst.Name):
                kept = kept.has(place._replace(root=run.body.variable(target)) for place in gives)
        ways.append((point.next, settled(kept)))
    return ways


def leave(run: Run, point: Point, state: State) -> After:
    """The states after it was left, in order or by an exception."""
    fine, failed, swallows = _left(run, point.node, state)
    ways: After = [(point.next, one) for one in fine] + [(point.error, one) for one in failed]
    if point.kind == "unwind" and swallows:
        ways += [(point.other, one) for one in fine]
    return ways


def _left(run: Run, item: Any, state: State) -> tuple[list[State], list[State], bool]:
    had = state.at(item)
    if any(place.role == CLIENT and not place.attributes for place in had):
        closed = state.now(CLOSED).without(item)
        return [closed], [closed], False
    if had:
        fine, failed = calls.method(run, item, ("__aexit__", "__exit__"), state, item)
        return [one.without(item) for one in fine], [one.without(item) for one in failed], True
    return [state], [state], run.lives.may_swallow(run.body, item.item)
