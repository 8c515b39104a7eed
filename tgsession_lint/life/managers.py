"""`with` and `async with`: what entering and leaving do to the client that is entered, or held by what is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgsession_lint.life import calls
from tgsession_lint.life.binding import given, settled
from tgsession_lint.life.state import CLIENT, CLOSED, OPEN, UNCLOSABLE, Place, State

if TYPE_CHECKING:
    from tgsession_lint.flow import Point
    from tgsession_lint.life.effects import After
    from tgsession_lint.life.run import Run


def enter(run: Run, point: Point, state: State) -> After:
    """The states after a `with` item was entered: a client that cannot be is taken not to have been opened."""
    item = point.node
    if item is run.site:
        return [(point.next, _named(run, item, state._replace(life=OPEN, places=frozenset([Place(item, (), CLIENT)]))))]
    had = run.body.had(state, item.item)
    roles = {place.role for place in had if not place.attributes}
    if CLIENT in roles:
        opened = _named(run, item, state.now(OPEN).has([Place(item, (), CLIENT)]))
        failed = [] if state.life == OPEN else [state]
    elif UNCLOSABLE in roles:
        opened, failed = _named(run, item, state.has([Place(item, (), CLIENT)])).without(item), []
    else:
        return _entered(run, point, state, had)
    return [(point.next, settled(opened)), *((point.error, one) for one in failed)]


def _named(run: Run, item: Any, state: State) -> State:
    """The name of *item* gets what entering it gave."""
    return given(run, item.asname.name, item, state, state) if item.asname is not None else state


def _entered(run: Run, point: Point, state: State, had: list[Place]) -> After:
    """A manager that holds the client, or has nothing to do with it."""
    item = point.node
    fine, failed = calls.method(run, item.item, (_form(run, item, "enter"),), state, item)
    ways: After = [(point.error, one) for one in failed]
    for one in fine:
        kept = _named(run, item, one).without(item).has(place._replace(root=item) for place in had)
        ways.append((point.next, settled(kept)))
    return ways


def _form(run: Run, item: Any, what: str) -> str:
    statement: Any = run.body.tree.parent(item)
    return f"__a{what}__" if statement.asynchronous is not None else f"__{what}__"


def leave(run: Run, point: Point, state: State) -> After:
    """The states after it was left, in order or by an exception; only an exception can be swallowed."""
    fine, failed, swallows = _left(run, point.node, state)
    ways: After = [(point.next, one) for one in fine] + [(point.error, one) for one in failed]
    # A `return` that an exception breaks off on its way out returns nothing.
    return ways + [(point.other, one.without(run.body.result)) for one in fine if swallows]


def _left(run: Run, item: Any, state: State) -> tuple[list[State], list[State], bool]:
    if any(not place.attributes for place in state.at(item)):
        closed = state.now(CLOSED).without(item)
        return [closed], [closed], False
    fine, failed = calls.method(run, item, (_form(run, item, "exit"),), state, item)
    return [one.without(item) for one in fine], [one.without(item) for one in failed], run.lives.may_swallow(run.body, item.item)
