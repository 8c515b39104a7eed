"""Tests on the way: what is known of them, and what their outcome tells about later ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from tgsession_lint.life.state import OPEN, State
from tgsession_lint.nodes import source_of, string_value
from tgsession_lint.values import Client, Object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgsession_lint.flow import Point
    from tgsession_lint.life.body import Body

Fact: TypeAlias = "tuple[Any, ...]"
"""What a test asks: `(kind, variable, …)`."""
Known: TypeAlias = "frozenset[tuple[Fact, bool]]"

_MOST_KNOWN = 6
_NUMBERS_AND_TEXTS = (cst.SimpleString, cst.Integer, cst.Float)
# What is true is not None, and what is None is not true.
_EXCLUDES = {"truth": "none", "none": "truth"}


def outcomes(body: Body, node: Any, state: State) -> list[tuple[bool, State]]:
    """The ways that the test *node* can go in *state*, each with what is known then."""
    certain = True if asks_for_program(node) else _by_client(body, node, state)
    asked = _asked(body, node)
    if certain is None and asked is not None:
        fact, sense = asked
        known = _known(state, fact)
        if known is None:
            return [(outcome, _told(body, state, fact, outcome is sense)) for outcome in (True, False)]
        certain = known is sense
    return [(outcome, state) for outcome in (True, False) if certain in {None, outcome}]


def asks_for_program(node: Any) -> bool:
    """Whether *node* is `__name__ == "__main__"`, which cannot fail: a module is judged as the program that is run."""
    left, operator, right = _compared(node)
    named = isinstance(left, cst.Name) and left.value == "__name__" and isinstance(operator, cst.Equal)
    return named and string_value(right) == "__main__"


def assigned(body: Body, variable: Any, value: Any, state: State) -> State:
    """*variable* gets the constant *value*, or something else."""
    state = forget(state, variable)
    if variable not in body.worth_knowing:
        return state
    truth = _truth(body, value)
    if truth is None:
        return state
    return state._replace(known=state.known | {(("truth", variable), truth), (("none", variable), _is_none(value))})


def _truth(body: Body, value: Any) -> bool | None:
    """Whether *value* is true, where its text says so."""
    if isinstance(value, (cst.Integer, cst.Float)):
        digits = value.value.replace(".", "")
        return digits.strip("0") != "" if digits.isdecimal() else None
    if isinstance(value, cst.SimpleString):
        return bool(string_value(value))
    if _is_named(value):
        return bool(value.value == "True")
    return True if body.builds_client(value) and not _decides(body, value) else None


def forget(state: State, variable: Any) -> State:
    """What was known of *variable* is known no more."""
    kept = frozenset(entry for entry in state.known if variable not in entry[0])
    return state if len(kept) == len(state.known) else state._replace(known=kept)


def worth_knowing(body: Body) -> frozenset[Any]:
    """The variables of *body* that are tested more than once, or tested and assigned, and that only it can change."""
    tested: Counter[Any] = Counter()
    constant: set[Any] = set()
    nodes: set[Any] = {point.node for point in body.flow.points()}
    for node in nodes:
        asked = _asked(body, node)
        if asked is not None:
            tested[asked[0][1]] += 1
        elif type(node) is cst.Assign or type(node) is cst.AnnAssign:
            targets = [t.target for t in node.targets] if isinstance(node, cst.Assign) else [node.target]
            constant.update(body.variable(target) for target in targets if isinstance(target, cst.Name))
    often = {variable for variable, times in tested.items() if times > 1 or variable in constant}
    return frozenset(variable for variable in often if variable[0] not in body.declared_elsewhere)


def asked_later(body: Body) -> dict[Point, frozenset[Any]]:
    """The variables that some test may still ask for, by point."""
    before: dict[Point, list[Point]] = {}
    found: dict[Point, frozenset[Any]] = {}
    pending = []
    for point in body.flow.points():
        for after in (point.next, point.other, point.error):
            if after is not None:
                before.setdefault(after, []).append(point)
        asked = _asked(body, point.node)
        if asked is not None:
            found[point] = frozenset([asked[0][1]])
            pending.append(point)
    while pending:
        point = pending.pop()
        for earlier in before.get(point, ()):
            had = found.get(earlier, frozenset())
            if not found[point] <= had:
                found[earlier] = had | found[point]
                pending.append(earlier)
    return found


def _asked(body: Body, node: Any) -> tuple[Fact, bool] | None:
    """What the test *node* asks of a variable, and whether yes means that it is so."""
    if type(node) is cst.Name:  # every step of the code is asked: `isinstance` is slow for nodes
        return ("truth", body.variable(node)), True
    left, operator, right = _compared(node)
    if not isinstance(left, cst.Name):
        return None
    same = isinstance(operator, (cst.Is, cst.Equal))
    if _is_none(right):
        return ("none", body.variable(left)), same
    if _is_named(right) or isinstance(right, _NUMBERS_AND_TEXTS):
        identity = isinstance(operator, (cst.Is, cst.IsNot))
        return ("equal", body.variable(left), source_of(right), identity), same
    return None


def _compared(node: Any) -> tuple[Any, Any, Any]:
    """The two sides of `is`, `is not`, `==` and `!=`, and which it is; None thrice for anything else."""
    if type(node) is cst.Comparison and len(node.comparisons) == 1:
        operator, right = node.comparisons[0].operator, node.comparisons[0].comparator
        if isinstance(operator, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual)):
            return node.left, operator, right
    return None, None, None


def _is_none(node: Any) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _is_named(node: Any) -> bool:
    return isinstance(node, cst.Name) and node.value in {"True", "False", "None"}


def _by_client(body: Body, node: Any, state: State) -> bool | None:
    """A client is true and not None; `is_connected()` tells how far its life has come."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "is_connected":
        is_client = any(not place.attributes for place in body.had(state, node.func.value))
        return state.life == OPEN if is_client else None
    left, operator, right = _compared(node)
    if left is not None:
        return isinstance(operator, (cst.IsNot, cst.NotEqual)) if _is_none(right) and body.had(state, left) else None
    return True if body.had(state, node) and not _decides(body, node) else None


def _decides(body: Body, node: Any) -> bool:
    """Whether *node* gives an object of a class of the project that says itself whether it is true."""
    values = body.ask.value(body.module, node) if node in body.tree else ()
    classes = [value.of for value in values if isinstance(value, (Object, Client))]
    return any(body.ask.attribute(Object(of), name) for of in classes if of is not None for name in ("__bool__", "__len__"))


def merged(states: Iterable[State], before: Iterable[State] = ()) -> dict[State, list[State]]:
    """States as good as *states*, each with those that it is made of.

    Two that differ in the outcome of one test are as good as one that does not know it, and one that knows more than
    another, be it one of those that went *before*, tells nothing new.
    """
    groups: dict[tuple[Any, ...], dict[Known, list[State]]] = {}
    for state in states:
        groups.setdefault((state.life, state.places), {})[state.known] = [state]
    old: dict[tuple[Any, ...], list[Known]] = {}
    for state in before:
        old.setdefault((state.life, state.places), []).append(state.known)
    return {
        parts[0]._replace(known=known): parts
        for key, alike in groups.items()
        for known, parts in _fewest(alike, old.get(key, [])).items()
    }


def _fewest(alike: dict[Known, list[State]], before: Iterable[Known]) -> dict[Known, list[State]]:
    pending = list(alike) if len(alike) > 1 else []
    while pending:
        known = pending.pop()
        other = _opposite(known, alike) if known in alike else None
        if other is not None:
            less = known & other
            parts = alike.pop(known) + alike.pop(other)
            alike.setdefault(less, []).extend(parts)
            pending.append(less)
    knowns = [*before, *alike]
    return {known: parts for known, parts in alike.items() if not any(less <= known and less is not known for less in knowns)}


def _opposite(known: Known, alike: Iterable[Known]) -> Known | None:
    """The one of *alike* that differs from *known* in the outcome of one test."""
    others = (known - {(fact, outcome)} | {(fact, not outcome)} for fact, outcome in sorted(known, key=_fact_order))
    return next((other for other in others if other in alike), None)


def _fact_order(entry: tuple[Fact, bool]) -> tuple[str, ...]:
    """Sets are in no order; what is said must be the same in every run."""
    kind, variable, *more = entry[0]
    return (kind, variable[0], *map(str, more))


def _known(state: State, fact: Fact) -> bool | None:
    known = dict(state.known)
    return False if known.get((_EXCLUDES.get(fact[0]), fact[1])) else known.get(fact)


def _told(body: Body, state: State, fact: Fact, outcome: bool) -> State:
    if fact[1] not in body.worth_knowing or len(state.known) >= _MOST_KNOWN:
        return state
    return state._replace(known=state.known | {(fact, outcome)})
