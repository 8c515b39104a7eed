"""A function of the project, run in place: the client goes in by its arguments, and what becomes of it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.life.state import CLOSED, HANDED, OPEN, UNOPENED, Place, State, is_variable
from tgsession_lint.nodes import dotted_name
from tgsession_lint.values import Class, ClientClass, Function, ModuleRef

if TYPE_CHECKING:
    from tgsession_lint.life.body import Body
    from tgsession_lint.life.calls import States
    from tgsession_lint.life.run import Run

_DEEPEST = 8


def function(
    run: Run,
    value: Function,
    node: cst.Call | None,
    state: State,
    *,
    receiver: Any = None,
    receiver_node: Any = None,
    result: Any = None,
) -> States:
    """The states after *node* has called *value*.

    *receiver* is what `self` stands for where the code does not name it: an object being made, or a manager.
    """
    callee = run.lives.body(value.module, value.scope)
    given = _arguments(run, callee, node, receiver)
    places, hidden = _handed_in(run, callee, given, state, receiver_node)
    if hidden:
        return [state.now(HANDED)], [state.now(HANDED)]
    driven = node is None or not callee.scope.is_async or callee.scope.yields or run.lives.is_driven(run.body, node)
    if not places and not _sees(run, callee, state):
        return [state], [state] if driven and run.lives.may_fail(callee) else []
    if run.depth >= _DEEPEST or callee.scope in run.active:
        return [state], [state]
    fine, failed = run.lives.outcome(run, callee, state.has(places))
    root = result if result is not None else node
    back = [_brought_back(callee, one, given, root, run) for one in fine]
    if not driven:
        return [state if _is_dropped(run, node) else _spawned(state, back)], []  # to call an async function does not run it
    return back, [_brought_back(callee, one, given, None, run) for one in failed]


def _is_dropped(run: Run, node: Any) -> bool:
    """Whether nobody has the coroutine that *node* gives, so that it never runs."""
    return isinstance(run.body.tree.parent(node), cst.Expr)


def _spawned(state: State, ends: list[State]) -> State:
    """A task does it some time: what closes the client in the end owns it, what opens it has opened it."""
    lives = {one.life for one in ends}
    if lives and lives <= {CLOSED, HANDED}:
        return state.now(HANDED)
    return state.now(OPEN) if OPEN in lives and state.life == UNOPENED else state


def _sees(run: Run, callee: Body, state: State) -> bool:
    """Whether the function can reach the client by a variable around it."""
    around = set(callee.scope.up()) - {callee.scope}
    variables = {place.root for place in state.places if is_variable(place.root) and place.root[1] in around}
    return any(callee.scope in run.lives.reaching(callee, variable) for variable in variables)


def _arguments(run: Run, callee: Body, node: cst.Call | None, receiver: Any) -> list[tuple[str, Any]]:
    """The parameters of *callee* and the expressions that they get."""
    params: Any = getattr(callee.scope.node, "params", None)
    if params is None:
        return []
    positional = [param.name.value for param in (*params.posonly_params, *params.params)]
    found: list[tuple[str, Any]] = []
    if _takes_self(callee):
        bound = _receiver(run, node, receiver)
        if bound is not None and positional:
            found.append((positional.pop(0), bound))
    taken = iter(positional)
    for arg in node.args if node is not None else ():
        if arg.keyword is not None:
            found.append((arg.keyword.value, arg.value))
        elif arg.star:
            found.append(("*", arg))
        else:
            found.append((next(taken, "*"), arg.value))
    return found


def _takes_self(callee: Body) -> bool:
    outer = callee.scope.parent
    node: Any = callee.scope.node
    if outer is None or outer.kind != "class" or not isinstance(node, cst.FunctionDef):
        return False
    return "staticmethod" not in {dotted_name(decorator.decorator) for decorator in node.decorators}


def _receiver(run: Run, node: cst.Call | None, receiver: Any) -> Any:
    """What stands for `self`: None where the method is called on its class."""
    if receiver is not None or node is None:
        return receiver
    func: Any = node.func
    if not isinstance(func, cst.Attribute):
        return None
    values = run.lives.value(run.body, func.value)
    on_class = values and all(isinstance(value, (Class, ClientClass, ModuleRef)) for value in values)
    return None if on_class else func.value


def _handed_in(
    run: Run, callee: Body, given: list[tuple[str, Any]], state: State, receiver_node: Any
) -> tuple[list[Place], bool]:
    """What the parameters have of the client, and whether it goes in where it cannot be followed."""
    found: list[Place] = []
    hidden = False
    for name, node in given:
        direct = [] if name == "*" else _had(run, state, node)
        if receiver_node is not None and not direct and name == given[0][0]:
            direct = _had(run, state, receiver_node)
        found += [place._replace(root=(name, callee.scope)) for place in direct]
        hidden = hidden or (not direct and isinstance(node, cst.CSTNode) and bool(run.body.inside(state, node)))
    return found, hidden


def _had(run: Run, state: State, node: Any) -> list[Place]:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "super":
        return run.body.had(state, node)
    return [place._replace(root=None) for place in state.at(node)] or run.body.had(state, node)


def _brought_back(callee: Body, state: State, given: list[tuple[str, Any]], root: Any, run: Run) -> State:
    """*state* as the caller sees it: what was stored on an argument, what was returned."""
    places: set[Place] = set()
    addresses = {name: node for name, node in given if name != "*"}
    for place in state.places:
        if place.root == callee.result:
            if root is not None:
                places.add(place._replace(root=root))
        elif not is_variable(place.root) or place.root[1] is None or not _is_inside(callee, place.root[1]):
            places.add(place)
        elif place.attributes and place.root[0] in addresses and place.root[1] is callee.scope:
            base, attributes = run.body.address(addresses[place.root[0]])
            places.add(Place(base, (*attributes, *place.attributes), place.role))
    return state._replace(places=frozenset(places))


def _is_inside(callee: Body, scope: Any) -> bool:
    return any(around is callee.scope for around in scope.up())


def fields(run: Run, value: Class, node: cst.Call, state: State) -> list[Place] | None:
    """What the fields of a dataclass or named tuple get of the client; None where the class has no such fields."""
    names = [name for name, found in value.scope.bindings.items() if any(binding.kind == "annotated" for binding in found)]
    if not names:
        return None
    order = iter(names)
    found: list[Place] = []
    for arg in node.args:
        name = arg.keyword.value if arg.keyword is not None else next(order, "")
        found += [Place(node, (name, *place.attributes), place.role) for place in run.body.had(state, arg.value)]
    return found


def closes(run: Run, node: Any, state: State) -> bool:
    """Whether *node* is a function of the project that closes the client when somebody calls it."""
    if state.life in {CLOSED, HANDED} or not isinstance(node, (cst.Name, cst.Attribute, cst.Lambda)):
        return False
    for value in run.lives.value(run.body, node):
        if isinstance(value, Function):
            callee = run.lives.body(value.module, value.scope)
            receiver = node.value if isinstance(node, cst.Attribute) else None
            had = run.body.had(state, receiver) if receiver is not None else []
            first = next(iter(_names(callee)), "") if had and _takes_self(callee) else ""
            places = [place._replace(root=(first, callee.scope)) for place in had] if first else []
            if (places or _sees(run, callee, state)) and run.depth < _DEEPEST and callee.scope not in run.active:
                fine, _ = run.lives.outcome(run, callee, State(OPEN, state.has(places).places, state.known))
                if any(one.life in {CLOSED, HANDED} for one in fine):
                    return True
    return False


def _names(callee: Body) -> list[str]:
    params: Any = getattr(callee.scope.node, "params", None)
    return [param.name.value for param in (*params.posonly_params, *params.params)] if params is not None else []
