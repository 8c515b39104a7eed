"""Names, attributes and elements get their values, and with them, it may be, the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.life import conditions
from tgsession_lint.life.state import HANDED, Place, State, is_variable

if TYPE_CHECKING:
    from tgsession_lint.flow import Point
    from tgsession_lint.life.effects import After
    from tgsession_lint.life.run import Run


def bound(run: Run, point: Point, state: State) -> After:
    """The states after a statement that binds."""
    node: Any = point.node
    after = state
    match node:
        case cst.Assign():
            for target in node.targets:
                after = given(run, target.target, node.value, after, state)
        case cst.AnnAssign() | cst.NamedExpr():
            after = given(run, node.target, node.value, after, state)
        case cst.AugAssign():
            after = given(run, node.target, None, after, state)
            if run.body.inside(state, node.value):
                after = after.now(HANDED)
        case cst.Del():
            after = given(run, node.target, None, after, state)
        case _:
            for variable in run.body.imported(node):
                after = conditions.forget(after.without(variable), variable)
    if not isinstance(node, cst.NamedExpr):
        after = settled(after)
    # What a container does not take is not ours any more, either: it was meant to have it.
    failed = [] if after.life == HANDED else [state, after]
    return [(point.next, after), *((point.error, one) for one in failed)]


def given(run: Run, target: Any, value: Any, state: State, before: State) -> State:
    """*target* stands for *value*, which was evaluated in the state *before*; None for what is no client."""
    match target:
        case cst.Name():
            variable = run.body.variable(target)
            state = conditions.assigned(run.body, variable, value, state.without(variable))
            if is_display(value) and run.body.inside(before, value):
                return state.now(HANDED)  # closed through its container, as far as we know
            return state.has(place._replace(root=variable) for place in run.body.had(before, value))
        case cst.Tuple() | cst.List():
            return _unpacked(run, target, value, state, before)
        case cst.Attribute():
            return _stored(run, target, value, state, before)
        case _:
            return state.now(HANDED) if run.body.inside(before, value) else state


def _unpacked(run: Run, target: Any, value: Any, state: State, before: State) -> State:
    parts = value.elements if isinstance(value, (cst.Tuple, cst.List)) else ()
    paired = len(parts) == len(target.elements) and all(isinstance(element, cst.Element) for element in target.elements)
    if not paired and run.body.inside(before, value):
        state = state.now(HANDED)
    for place, element in enumerate(target.elements):
        state = given(run, element.value, parts[place].value if paired else None, state, before)
    return state


def _stored(run: Run, target: cst.Attribute, value: Any, state: State, before: State) -> State:
    root, attributes = run.body.address(target)
    state = state._replace(
        places=frozenset(p for p in state.places if p.root != root or p.attributes[: len(attributes)] != attributes)
    )
    found = run.body.inside(before, value)
    if not found:
        return state
    if not is_display(value) and is_variable(root) and (not run.body.is_own(root) or run.lives.is_ours(run.body, target.value)):
        return state.has(Place(root, (*attributes, *place.attributes), place.role) for place in found)
    return state.now(HANDED)


def is_display(node: Any) -> bool:
    """Whether *node* makes a container of what stands in it."""
    return isinstance(node, (cst.Tuple, cst.List, cst.Set, cst.Dict))


def settled(state: State) -> State:
    """A statement is over: what its expressions gave can be had no more."""
    kept = frozenset(p for p in state.places if is_variable(p.root) or isinstance(p.root, cst.WithItem))
    return state if len(kept) == len(state.places) else state._replace(places=kept)
