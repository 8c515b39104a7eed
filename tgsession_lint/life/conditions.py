"""Tests on the way: what is known of them, and what their outcome tells about later ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.life.state import CLIENT, OPEN, State
from tgsession_lint.nodes import source_of

if TYPE_CHECKING:
    from tgsession_lint.flow import Point
    from tgsession_lint.life.body import Body

_MOST_KNOWN = 6
_CONSTANTS = (cst.SimpleString, cst.Integer, cst.Float)
_FALSY = frozenset({"False", "None", "0", '""', "''"})


def outcomes(body: Body, node: Any, state: State) -> list[tuple[bool, State]]:
    """The ways that the test *node* can go in *state*, each with what is known then."""
    fact, sense = _fact(body, node)
    certain = _by_client(body, node, state)
    if certain is None and fact is not None:
        certain = _known(state, fact)
        certain = None if certain is None else certain is sense
    if certain is not None:
        return [(certain, state)]
    return [(outcome, _told(body, state, fact, outcome is sense)) for outcome in (True, False)]


def assigned(body: Body, variable: Any, value: Any, state: State) -> State:
    """*variable* gets the constant *value*, or something else."""
    state = forget(state, variable)
    if variable not in body.worth_knowing:
        return state
    if body.builds_client(value):
        return state._replace(known=state.known | {(("truth", variable), True), (("none", variable), False)})
    if not isinstance(value, (cst.Name, *_CONSTANTS)):
        return state
    if isinstance(value, cst.Name) and value.value not in {"True", "False", "None"}:
        return state
    truth = value.value not in _FALSY
    known = {(("truth", variable), truth), (("none", variable), value.value == "None")}
    return state._replace(known=state.known | known)


def forget(state: State, variable: Any) -> State:
    """What was known of *variable* is known no more."""
    kept = frozenset(entry for entry in state.known if variable not in entry[0])
    return state if len(kept) == len(state.known) else state._replace(known=kept)


def worth_knowing(body: Body) -> frozenset[Any]:
    """The variables of *body* that are tested more than once, or tested and set to a constant, and that only it can change."""
    tested: Counter[Any] = Counter()
    constant: set[Any] = set()
    for node in {point.node for point in body.flow.points() if point.kind == "test"}:
        fact, _ = _fact(body, node, everything=True)
        tested.update(fact[1:2] if fact is not None else ())
    for point in body.flow.points():
        if point.kind == "bind" and isinstance(point.node, (cst.Assign, cst.AnnAssign)):
            targets = [t.target for t in point.node.targets] if isinstance(point.node, cst.Assign) else [point.node.target]
            constant.update(body.variable(target) for target in targets if isinstance(target, cst.Name))
    often = {variable for variable, times in tested.items() if times > 1 or variable in constant}
    return frozenset(variable for variable in often if variable[1] is not None and variable[0] not in body.declared_elsewhere)


def asked_later(body: Body) -> dict[Point, frozenset[Any]]:
    """The variables worth knowing that some test may still ask for, by point."""
    before: dict[Point, list[Point]] = {}
    found: dict[Point, frozenset[Any]] = {}
    pending = []
    for point in body.flow.points():
        for after in (point.next, point.other, point.error):
            if after is not None:
                before.setdefault(after, []).append(point)
        fact = _fact(body, point.node)[0] if point.kind == "test" else None
        if fact is not None:
            found[point] = frozenset([fact[1]])
            pending.append(point)
    while pending:
        point = pending.pop()
        for earlier in before.get(point, ()):
            had = found.get(earlier, frozenset())
            if not found[point] <= had:
                found[earlier] = had | found[point]
                pending.append(earlier)
    return found


def _fact(body: Body, node: Any, *, everything: bool = False) -> tuple[tuple[Any, ...] | None, bool]:
    """What the test asks, `(kind, variable, …)`, and whether yes means that it is so."""
    fact, sense = _asked(body, node)
    if fact is None or everything or fact[1] in body.worth_knowing:
        return fact, sense
    return None, True


def _asked(body: Body, node: Any) -> tuple[tuple[Any, ...] | None, bool]:
    if isinstance(node, cst.Name):
        return ("truth", body.variable(node)), True
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1 or not isinstance(node.left, cst.Name):
        return None, True
    operator, right = node.comparisons[0].operator, node.comparisons[0].comparator
    sense = not isinstance(operator, (cst.IsNot, cst.NotEqual))
    if isinstance(right, cst.Name) and right.value == "None" and isinstance(operator, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual)):
        return ("none", body.variable(node.left)), sense
    if isinstance(right, _CONSTANTS) and isinstance(operator, (cst.Equal, cst.NotEqual)):
        return ("equal", body.variable(node.left), source_of(right)), sense
    return None, True


def _by_client(body: Body, node: Any, state: State) -> bool | None:
    """A client is true and not None; `is_connected()` tells how far its life has come."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "is_connected":
        if any(place.role == CLIENT and not place.attributes for place in body.had(state, node.func.value)):
            return state.life == OPEN
        return None
    if isinstance(node, cst.Comparison):
        fact, sense = _asked(body, node)
        if fact is None or fact[0] != "none":
            left: Any = node.left
            return _attribute_is_none(body, node, left, state)
        return not sense if body.had(state, node.left) else None
    return True if body.had(state, node) else None


def _attribute_is_none(body: Body, node: cst.Comparison, left: Any, state: State) -> bool | None:
    """`self.client is None`."""
    target = node.comparisons[0]
    is_none = isinstance(target.comparator, cst.Name) and target.comparator.value == "None"
    if not is_none or not isinstance(target.operator, (cst.Is, cst.IsNot)) or not body.had(state, left):
        return None
    return isinstance(target.operator, cst.IsNot)


def _known(state: State, fact: tuple[Any, ...]) -> bool | None:
    known = dict(state.known)
    found = known.get(fact)
    if found is None and fact[0] == "truth" and known.get(("none", *fact[1:])):
        return False
    if found is None and fact[0] == "none" and known.get(("truth", *fact[1:])):
        return False
    return found


def _told(body: Body, state: State, fact: tuple[Any, ...] | None, outcome: bool) -> State:
    if fact is None or fact[1] not in body.worth_knowing or len(state.known) >= _MOST_KNOWN:
        return state
    return state._replace(known=state.known | {(fact, outcome)})
