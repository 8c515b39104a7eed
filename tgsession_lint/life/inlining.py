"""A function of the project, run in place: the client goes in by its arguments, and what becomes of it comes back."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.attributes import lineage
from tgsession_lint.life.state import CLOSED, HANDED, OPEN, Place, State, is_variable
from tgsession_lint.nodes import dotted_name
from tgsession_lint.values import Class, ClientClass, Function

if TYPE_CHECKING:
    from tgsession_lint.life.body import Body
    from tgsession_lint.life.run import Run
    from tgsession_lint.life.state import States


def function(
    run: Run, value: Function, node: cst.Call | None, state: State, *, receiver: Any = None, result: Any = None
) -> States:
    """The states after *node* has called *value*.

    *receiver* is what `self` stands for where the code does not name it: an object being made, or a manager; *result*
    is what stands for the value that is returned, where that is not *node*.
    """
    callee = run.lives.body(value.module, value.scope)
    given, rest = _arguments(run, callee, node, receiver)
    places = [place._replace(root=(name, callee.scope)) for name, part in given.items() for place in run.body.had(state, part)]
    unseen = [*rest, *(part for part in given.values() if not run.body.had(state, part))]
    if any(run.body.inside(state, part) or closes(run, part, state) for part in unseen):
        return [state.now(HANDED)], [state.now(HANDED)]  # what a function does with another one is not followed
    driven = node is None or not callee.scope.is_async or callee.scope.yields or run.lives.is_driven(run.body, node)
    entry = _from_outside(run, callee, state)
    if not places and not _sees(run, callee, entry):
        return [state], [state] if driven and run.lives.may_fail(callee) else []
    own, known = state.places - entry.places, state.known - entry.known
    root = result if result is not None else node
    fine, failed = ([_brought_back(callee, one, given, root, run).kept(own, known) for one in ends]
                    for ends in run.lives.outcome(run, callee, entry.has(places)))
    if not driven:
        return [state if _is_dropped(run, node) else _spawned(state, fine)], []  # to call an async function does not run it
    return fine, failed


def _is_dropped(run: Run, node: Any) -> bool:
    """Whether nobody has the coroutine that *node* gives, so that it never runs."""
    return isinstance(run.body.tree.parent(node), cst.Expr)


def _spawned(state: State, ends: list[State]) -> State:
    """A task does it some time: what closes the client in the end owns it, what opens it has opened it."""
    if _owns(ends):
        return state.now(HANDED)
    return state.now(OPEN) if any(one.life == OPEN for one in ends) else state


def _owns(ends: list[State]) -> bool:
    """Whether the client is closed, or somebody else's, wherever a function that comes to these *ends* comes to one."""
    return bool(ends) and {one.life for one in ends} <= {CLOSED, HANDED}


def _from_outside(run: Run, callee: Body, state: State) -> State:
    """*state* as *callee* finds it, without what nobody but the caller has.

    The variables of a run of *callee* that goes on already are others than its own, too.
    """
    places = frozenset(p for p in state.places if not _is_inside(callee, p.root) and not run.body.is_private(p.root))
    return State(state.life, places, frozenset(fact for fact in state.known if not run.body.is_private(fact[0][1])))


def _sees(run: Run, callee: Body, state: State) -> bool:
    """Whether the function can reach the client by a variable around it."""
    around = set(callee.scope.up())
    variables = {place.root for place in state.places if place.root[1] in around}
    return any(callee.scope in run.lives.reaching(callee, variable) for variable in variables)


def _arguments(run: Run, callee: Body, node: Any, receiver: Any) -> tuple[dict[str, Any], list[Any]]:
    """The expressions that the parameters of *callee* get, by name, and those of which nobody can tell where they go."""
    args = node.args if node is not None else ()
    named = {arg.keyword.value: arg.value for arg in args if arg.keyword is not None}
    given = {name: part for name, part in named.items() if name in callee.parameters}
    unnamed = [arg for arg in args if arg.keyword is None]
    plain = [arg.value for arg in takewhile(lambda arg: not arg.star, unnamed)]
    later = [arg.value for arg in unnamed[len(plain) :]]
    bound = [receiver] if receiver is not None else _receiver(run, callee, node.func)
    parts = [*bound, *plain]
    given.update(zip(callee.positional, parts, strict=False))
    others = [part for name, part in named.items() if name not in given]
    return given, [*parts[len(callee.positional) :], *later, *others]


def _receiver(run: Run, callee: Body, func: Any) -> list[Any]:
    """What *func* gives *callee* as its first argument, if it is a method: the object, or the class of a class method."""
    [_, outer, *_] = callee.scope.up()
    decorators = {dotted_name(decorator.decorator) for decorator in getattr(callee.scope.node, "decorators", ())}
    if outer.kind != "class" or "staticmethod" in decorators:
        return []
    owner = func.value if isinstance(func, cst.Attribute) else func
    on_class = any(isinstance(value, (Class, ClientClass)) for value in run.lives.value(run.body, owner))
    return [owner] if "classmethod" in decorators or not on_class else []


def _brought_back(callee: Body, state: State, given: dict[str, Any], root: Any, run: Run) -> State:
    """*state* as the caller sees it: what was stored on an argument, what was returned."""
    places: set[Place] = set()
    for place in state.places:
        if place.root == callee.result:
            places.add(place._replace(root=root))
        elif not _is_inside(callee, place.root):
            places.add(place)
        elif place.attributes and place.root[0] in given:
            base, attributes = run.body.address(given[place.root[0]])
            places.add(Place(base, (*attributes, *place.attributes), place.role))
    return state._replace(places=frozenset(places))


def _is_inside(callee: Body, root: Any) -> bool:
    """Whether *root* is a variable of *callee*, or of what stands in it."""
    return is_variable(root) and root[1] is not None and callee.scope in root[1].up()


def fields(run: Run, value: Class, node: cst.Call, state: State) -> list[Place] | None:
    """What the fields of a dataclass or named tuple get of the client; None where the class has no such fields."""
    classes = reversed([*lineage(run.lives.ask, value)])
    bindings = [binding for one in classes for found in one.scope.bindings.values() for binding in found]
    names = list(dict.fromkeys(binding.name for binding in bindings if binding.kind == "annotated"))
    if len(node.args) > len(names) or any(arg.star for arg in node.args):
        return None
    order = iter(names)
    found: list[Place] = []
    for arg in node.args:
        name = arg.keyword.value if arg.keyword is not None else next(order)
        found += [Place(node, (name, *place.attributes), place.role) for place in run.body.had(state, arg.value)]
    return found


def closes(run: Run, node: Any, state: State) -> bool:
    """Whether *node* is a function of the project that closes the client when somebody calls it."""
    for value in run.lives.value(run.body, node):
        if isinstance(value, Function):
            callee = run.lives.body(value.module, value.scope)
            had = [place for part in _receiver(run, callee, node) for place in run.body.had(state, part)]
            places = [place._replace(root=(callee.receiver, callee.scope)) for place in had]
            entry = _from_outside(run, callee, state)
            if places or _sees(run, callee, entry):
                ends, _ = run.lives.outcome(run, callee, State(OPEN, entry.has(places).places, entry.known))
                if _owns(ends):
                    return True
    return False
