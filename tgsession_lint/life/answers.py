"""What runs ask of the project: which function is called, whether a step can fail, who owns what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog, literals
from tgsession_lint.life.binding import is_display
from tgsession_lint.life.body import Body
from tgsession_lint.names import reads
from tgsession_lint.values import Class, Client, External, Function, Guarded, Method, ModuleRef, Object

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.flow import Point
    from tgsession_lint.life.state import Variable
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope
    from tgsession_lint.values import Values

_HARMLESS_MANAGERS = frozenset({"builtins.open", "asyncio.Lock", "threading.Lock", "asyncio.timeout"})
_RUN = frozenset({"run_until_complete", "run"})


class Answers:
    """Answers for one project, each worked out once."""

    def __init__(self, ask: Evaluator) -> None:
        self.ask = ask
        self._bodies: dict[Scope, Body] = {}
        self._fails: dict[Scope, bool] = {}
        self._reaching: dict[Variable, frozenset[Scope]] = {}

    def body(self, module: Module, scope: Scope) -> Body:
        """The body of the function or module *scope*."""
        found = self._bodies.get(scope)
        if found is None:
            found = self._bodies[scope] = Body(self.ask, module, scope)
        return found

    def value(self, body: Body, node: Node) -> Values:
        """What *node* can stand for."""
        return self.ask.value(body.module, node) if node in body.tree else ()

    def methods_of(self, body: Body, node: Any, name: str) -> list[Function]:
        """The methods called *name* of the project's objects that *node* can give."""
        found: list[Function] = []
        for value in self.value(body, node):
            if isinstance(value, (Object, Client)) and value.of is not None:
                found += self.methods(value.of, name)
        return found

    def methods(self, of: Class, name: str) -> list[Function]:
        """The methods called *name* of the instances of *of*."""
        return [value for value in self.ask.attribute(Object(of), name) if isinstance(value, Function)]

    def reaching(self, callee: Body, variable: Variable) -> frozenset[Scope]:
        """The functions of a module that use *variable*, one of its own, or by name such a function, or its class."""
        if variable not in self._reaching:
            tree = callee.tree
            found: set[Scope] = set()
            home: Any = variable[1]
            pending = [reads(tree, variable[0], home)]
            while pending:
                for use in pending.pop():
                    for scope in tree.scope_at(use).up():
                        if scope not in found:
                            found.add(scope)
                            name: Any = getattr(scope.node, "name", None)
                            pending += [tree.uses.get(name.value, [])] if name is not None else []
            self._reaching[variable] = frozenset(found)
        return self._reaching[variable]

    def is_there(self, body: Body, node: cst.Attribute) -> bool:
        """Whether the attribute *node* is known to be: one of a module, a function in view, a method of a list or dictionary."""
        of = self.value(body, node.value)
        if any(isinstance(value, (ModuleRef, External)) for value in of):
            return True
        if any(isinstance(value, (Function, Method)) for value in self.value(body, node)):
            return True
        return is_display(literals.origin(self.ask, body.module, node.value)[1])

    def is_ours(self, body: Body, node: Node) -> bool:
        """Whether *node* gives an object of a class of the project."""
        return any(isinstance(value, Object) for value in self.value(body, node))

    def may_raise(self, body: Body, node: cst.Call) -> bool:
        """Whether a call that the client has no part in can raise: to call an async function cannot, nor `set()`."""
        if not self._called(body, node):
            return bool(node.args) or not _never_fail_bare(self.value(body, node.func))
        return not self.is_run_in_place(body, node) and self._fails_inside(body, node)

    def _called(self, body: Body, node: cst.Call) -> list[Function]:
        """The functions that *node* can call; none unless all of them are of the project."""
        values = self.value(body, node.func)
        functions = [value for value in values if isinstance(value, Function)]
        return functions if len(functions) == len(values) else []

    def _fails_inside(self, body: Body, node: cst.Call) -> bool:
        return any(self.may_fail(self.body(value.module, value.scope)) for value in self._called(body, node))

    def may_fail(self, callee: Body) -> bool:
        """Whether some way through *callee* raises."""
        found = self._fails.get(callee.scope)
        if found is None:
            self._fails[callee.scope] = True
            points = callee.flow.points()
            found = self._fails[callee.scope] = any(point.error is not None and self._point_fails(callee, point) for point in points)
        return found

    def _point_fails(self, callee: Body, point: Point) -> bool:
        node = point.node
        if isinstance(node, cst.Call):
            return self.may_raise(callee, node)
        call = node.expression if isinstance(node, cst.Await) else None
        return not isinstance(call, cst.Call) or not self.is_run_in_place(callee, call) or self._fails_inside(callee, call)

    def is_run_in_place(self, body: Body, node: cst.Call) -> bool:
        """Whether *node* calls an async function of the project, and what awaits the call runs it."""
        functions = self._called(body, node)
        return bool(functions) and all(value.scope.is_async for value in functions)

    def is_driven(self, body: Body, node: Any) -> bool:
        """Whether the coroutine that *node* gives is run to its end where it stands."""
        for parent in body.tree.ancestors(node):
            if isinstance(parent, cst.Await):
                return True
            if isinstance(parent, cst.Call):
                names = self.ask.outside_names(body.module, parent.func)
                if names & catalog.RUNNERS or (isinstance(parent.func, cst.Attribute) and parent.func.attr.value in _RUN):
                    return True
                if not names & catalog.WRAPS_AWAITABLES:
                    return False
        return False

    def may_swallow(self, body: Body, node: Node) -> bool:
        """Whether the context manager *node* can end an exception: every one that is not known not to."""
        values = self.value(body, node) or (self.value(body, node.func) if isinstance(node, cst.Call) else ())
        return not values or not all(
            isinstance(value, (Client, Guarded)) or (isinstance(value, External) and value.name in _HARMLESS_MANAGERS)
            for value in values
        )


def _never_fail_bare(values: Values) -> bool:
    named = [value.name for value in values if isinstance(value, External)]
    return len(named) == len(values) > 0 and catalog.NEVER_FAIL_BARE.issuperset(named)
