"""What a step does to the life of a client: the states after it, by the way that it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from tgsession_lint.calls import manager_form
from tgsession_lint.life import calls, conditions
from tgsession_lint.life.binding import bound, given, is_display, settled
from tgsession_lint.life.managers import enter, leave
from tgsession_lint.life.state import CLIENT, CLOSER, HANDED, Place, State
from tgsession_lint.parameters import is_fixture

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_lint.flow import Point
    from tgsession_lint.life.run import Run
    from tgsession_lint.life.state import States

After: TypeAlias = "list[tuple[Point | None, State]]"
"""Where a step goes on, and with what state."""


def after(run: Run, point: Point, state: State) -> After:
    """The ways that *point* goes on in *state*."""
    effect = _EFFECTS.get(point.kind)
    if effect is not None:
        return effect(run, point, state)
    return [(point.next, state), (point.error, state)]


# operations


def _run(run: Run, point: Point, state: State) -> After:
    operation = _OPERATIONS.get(type(point.node))
    fine, failed = operation(run, point.node, state) if operation is not None else ([state], [state])
    return [(point.next, one) for one in fine] + [(point.error, one) for one in failed]


def _read(run: Run, node: cst.Attribute, state: State) -> States:
    """A client, or what holds it, has its methods, a module its functions, and a class its own."""
    surely = run.body.had(state, node.value) or run.lives.is_there(run.body, node) or _keeps_it(run, node, state)
    return [state], [] if surely else [state]


def _compared(run: Run, node: cst.Comparison, state: State) -> States:
    del run
    return [state], [] if conditions.asks_for_program(node) else [state]


def _added(run: Run, node: cst.AugAssign, state: State) -> States:
    return [state], [state.now(HANDED) if run.body.inside(state, node.value) else state]  # as in `bound`


def _keeps_it(run: Run, node: Any, state: State) -> bool:
    """Whether *node* is where the client is put: the `app.state` of `app.state.client = client`."""
    tree = run.body.tree
    if node not in tree:
        return False  # inside of a format string, where nothing is put
    while isinstance(node, (cst.Attribute, cst.Subscript)):  # what stands in the brackets of a subscript is in a node of its own
        node = tree.parent(node)
    statement: Any = tree.parent(node)
    return isinstance(node, cst.AssignTarget) and bool(run.body.inside(state, statement.value))


def _awaited(run: Run, node: cst.Await, state: State) -> States:
    state = state.without(node)
    inner: Any = node.expression
    if isinstance(inner, cst.Call) and run.lives.is_run_in_place(run.body, inner):
        # What it does and how it fails was found when it was called.
        return [_passed(run, node, inner, state)], []
    return calls.driven(run, node, [inner], state)


def _passed(run: Run, node: Any, source: Any, state: State) -> State:
    return state.has(place._replace(root=node) for place in run.body.had(state, source))


def _carry(run: Run, point: Point, state: State) -> After:
    return [(point.next, _passed(run, point.node, point.source, state.without(point.node)))]


def _yielded(run: Run, node: cst.Yield, state: State) -> States:
    """A test's fixture is always gone on with; a context manager lends what it yields, any other generator gives it away."""
    function: Any = run.body.scope.node
    if is_fixture(function):
        return [state], []
    value = node.value.item if isinstance(node.value, cst.From) else node.value
    if manager_form(function) is None and run.body.inside(state, value):
        state = state.now(HANDED)
    return [state], [state]


def _test(run: Run, point: Point, state: State) -> After:
    found = conditions.outcomes(run.body, point.node, state)
    return [(point.next if outcome else point.other, known) for outcome, known in found]


def _drop(run: Run, point: Point, state: State) -> After:
    del run
    return [(point.next, settled(state))]


def _each(run: Run, point: Point, state: State) -> After:
    loop: Any = point.node
    ways: After = [(point.other, state), (point.next, given(run, loop.target, None, state, state))]
    return [*ways, (point.error, state)]


def _collect(run: Run, point: Point, state: State) -> After:
    """Whoever has the container of a comprehension has what it gathers."""
    comprehension: Any = point.node
    element = comprehension.value if isinstance(comprehension, cst.DictComp) else comprehension.elt
    kept = any(place.role in {CLIENT, CLOSER} for place in run.body.inside(state, element))
    return [(point.next, state.now(HANDED) if kept else state)]


def _case(run: Run, point: Point, state: State) -> After:
    taken = state
    for variable in run.body.captured(point.node.pattern):
        taken = conditions.forget(taken.without(variable), variable)
    return [(point.next, taken), (point.other, state), (point.error, state)]


def _catch(run: Run, point: Point, state: State) -> After:
    handler: Any = point.node
    caught = settled(state).without(run.body.result)
    if handler.name is not None:
        caught = given(run, handler.name.name, None, caught, caught)
    return [(point.next, caught), (point.other, state)]


def _jump(run: Run, point: Point, state: State) -> After:
    """A `return` that a `finally` breaks off returns nothing."""
    return [(point.next, state.without(run.body.result))]


def _define(run: Run, point: Point, state: State) -> After:
    variable = run.body.variable(point.node.name)
    return [(point.next, conditions.forget(state.without(variable), variable))]


def _return(run: Run, point: Point, state: State) -> After:
    node: Any = point.node
    value = node.body if isinstance(node, cst.Lambda) else node.value
    state = state.without(run.body.result)
    given = run.body.had(state, value)
    if is_display(value) and run.body.inside(state, value):
        given = [Place(None, ("*",), CLIENT)]
    return [(point.next, settled(state.has(place._replace(root=run.body.result) for place in given)))]


_OPERATIONS: dict[Any, Callable[[Run, Any, State], States]] = {
    cst.Call: calls.called, cst.Await: _awaited, cst.Yield: _yielded, cst.Attribute: _read, cst.Comparison: _compared,
    cst.AugAssign: _added,
}  # fmt: skip
_EFFECTS = {
    "run": _run, "carry": _carry, "test": _test, "bind": bound, "drop": _drop, "each": _each, "case": _case, "catch": _catch,
    "define": _define, "return": _return, "jump": _jump, "enter": enter, "leave": leave, "unwind": leave, "collect": _collect,
}  # fmt: skip
