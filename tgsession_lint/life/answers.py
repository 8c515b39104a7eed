"""What runs ask of the project: which function is called, whether a step can fail, who owns what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.life.body import Body
from tgsession_lint.names import reads
from tgsession_lint.nodes import dotted_name
from tgsession_lint.values import Class, Client, ClientClass, External, Function, Guarded, Method, ModuleRef, Object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.flow import Point
    from tgsession_lint.life.state import Variable
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope, Tree
    from tgsession_lint.values import Values

_HARMLESS_MANAGERS = frozenset({"builtins.open", "asyncio.Lock", "threading.Lock", "asyncio.timeout"})


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
            of = value.of if isinstance(value, (Object, Client)) else None
            if isinstance(value, (Object, Client)) and of is not None:
                found += self.methods(of, name)
        return found

    def methods(self, of: Class, name: str) -> list[Function]:
        """The methods called *name* of the instances of *of*."""
        return [value for value in self.ask.attribute(Object(of), name) if isinstance(value, Function)]

    def reaching(self, callee: Body, variable: Variable) -> frozenset[Scope]:
        """The functions of a module that use *variable*, or call one that does, by name."""
        if variable not in self._reaching:
            tree = callee.tree
            found: set[Scope] = set()
            pending = [_uses(tree, *variable)]
            while pending:
                for use in pending.pop():
                    for scope in tree.scope_at(use).up():
                        if scope.kind in {"function", "lambda"} and scope not in found:
                            found.add(scope)
                            pending.append(tree.uses.get(getattr(getattr(scope.node, "name", None), "value", ""), ()))
            self._reaching[variable] = frozenset(found)
        return self._reaching[variable]

    def is_there(self, body: Body, node: cst.Attribute) -> bool:
        """Whether the attribute *node* is known to be: one of a module, or a function in view."""
        of = self.value(body, node.value)
        return any(isinstance(value, (ModuleRef, External)) for value in of) or any(
            isinstance(value, (Function, Method)) for value in self.value(body, node)
        )

    def is_ours(self, body: Body, node: Node) -> bool:
        """Whether *node* gives an object of a class of the project."""
        return any(isinstance(value, Object) for value in self.value(body, node))

    def may_raise(self, body: Body, node: cst.Call) -> bool:
        """Whether a call that the client has no part in can raise: to call an async function cannot, nor `set()`."""
        values = self.value(body, node.func)
        functions = [value for value in values if isinstance(value, Function)]
        if not functions or len(functions) < len(values):
            return bool(node.args) or not _never_fail_bare(values)
        return any(self._call_fails(value) for value in functions) if not self._is_async(functions) else False

    def _is_async(self, functions: list[Function]) -> bool:
        return all(value.scope.is_async for value in functions)

    def _call_fails(self, value: Function) -> bool:
        return self.may_fail(self.body(value.module, value.scope))

    def may_fail(self, callee: Body) -> bool:
        """Whether some way through *callee* raises."""
        found = self._fails.get(callee.scope)
        if found is None:
            self._fails[callee.scope] = True
            points = callee.flow.points()
            found = self._fails[callee.scope] = any(point.error is not None and self._point_fails(callee, point) for point in points)
        return found

    def _point_fails(self, callee: Body, point: Point) -> bool:
        if point.kind != "run":
            return True
        node = point.node
        if isinstance(node, cst.Await) and isinstance(node.expression, cst.Call):
            functions = [v for v in self.value(callee, node.expression.func) if isinstance(v, Function)]
            return not functions or any(self._call_fails(value) for value in functions)
        return not isinstance(node, cst.Call) or self.may_raise(callee, node)

    def is_run_in_place(self, body: Body, node: cst.Call) -> bool:
        """Whether *node* calls an async function of the project, and what awaits the call runs it."""
        functions = [value for value in self.value(body, node.func) if isinstance(value, Function)]
        return bool(functions) and self._is_async(functions)

    def is_driven(self, body: Body, node: Any) -> bool:
        """Whether the coroutine that *node* gives is run to its end where it stands."""
        parent: Any = body.tree.parent(node)
        while parent is not None:
            if isinstance(parent, cst.Await):
                return True
            if isinstance(parent, cst.Call):
                names = self.ask.outside_names(body.module, parent.func)
                method = parent.func.attr.value if isinstance(parent.func, cst.Attribute) else ""
                if names & catalog.RUNNERS or method in {"run_until_complete", "run"}:
                    return True
                if not names & catalog.WRAPS_AWAITABLES:
                    return False
            elif not isinstance(parent, (cst.Arg, cst.StarredElement, cst.Element, cst.List, cst.Tuple)):
                return False
            parent = body.tree.parent(parent)
        return False

    def may_swallow(self, body: Body, node: Node) -> bool:
        """Whether the context manager *node* can end an exception: every one that is not known not to."""
        target: Any = node.func if isinstance(node, cst.Call) else node
        values = (*self.value(body, node), *self.value(body, target))
        if any(isinstance(value, (Client, Guarded, ClientClass)) for value in values):
            return False
        return not any(isinstance(value, External) and value.name in _HARMLESS_MANAGERS for value in values)

    def is_fixture(self, function: Any) -> bool:
        """Whether pytest goes on with a generator whatever became of the test."""
        if not isinstance(function, cst.FunctionDef):
            return False
        for decorator in function.decorators:
            target: Any = decorator.decorator
            name = dotted_name(target.func if isinstance(target, cst.Call) else target) or ""
            if name.rpartition(".")[2] == "fixture":
                return True
        return False


def _never_fail_bare(values: Values) -> bool:
    named = [value.name for value in values if isinstance(value, External)]
    return len(named) == len(values) > 0 and catalog.NEVER_FAIL_BARE.issuperset(named)


def _uses(tree: Tree, name: str, home: Scope | None) -> Sequence[Node]:
    """The places where *name* is that of *home*: another scope may have one of its own; all, where *home* is another module's."""
    here = home is not None and any(scope is tree.scope for scope in home.up())
    return reads(tree, name, home) if home is not None and here else tree.uses.get(name, ())
