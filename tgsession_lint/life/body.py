"""The code of one function or module: its ways, its variables, and what its expressions have of a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.flow import flow_of
from tgsession_lint.life import conditions
from tgsession_lint.life.state import CLIENT, CLOSER, Place, is_variable
from tgsession_lint.names import home_of, reads
from tgsession_lint.values import ClientClass

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.flow import Flow, Point
    from tgsession_lint.life.state import State, Variable
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope


class Body:
    """A function, lambda or module of the project, with what has been worked out about it."""

    def __init__(self, ask: Evaluator, module: Module, scope: Scope) -> None:
        self.ask = ask
        self.module = module
        self.tree = module.tree
        self.scope = scope
        self._variables: dict[Node, Variable] = {}
        self._private: dict[Variable, bool] = {}

    @cached_property
    def flow(self) -> Flow:
        """Every way through it."""
        return flow_of(self.scope.node, lambda node: self.ask.outside_names(self.module, node))

    @cached_property
    def points_of(self) -> dict[Any, list[Point]]:
        """The points of each node, of which a `finally` has several: looked up for every client, so found once for all."""
        found: dict[Any, list[Point]] = {}
        for point in self.flow.points():
            found.setdefault(point.node, []).append(point)
        return found

    @cached_property
    def order(self) -> dict[Point, int]:
        """The place of each point among the others, as they are come to."""
        return {point: place for place, point in enumerate(self.flow.points())}

    @property
    def result(self) -> Variable:
        """What stands for the value that it returns: no variable can have this name."""
        return ("return", self.scope)

    @property
    def in_loop(self) -> bool:
        """Whether it runs while an event loop does."""
        return self.scope.is_async or self.module.document.notebook

    @cached_property
    def worth_knowing(self) -> frozenset[Any]:
        """The variables whose tests are remembered along a path."""
        return conditions.worth_knowing(self)

    @cached_property
    def asked_later(self) -> dict[Point, frozenset[Any]]:
        """Those of them that a test may still ask for, by point."""
        return conditions.asked_later(self)

    @cached_property
    def declared_elsewhere(self) -> frozenset[str]:
        """The names that some function declares `global` or `nonlocal`: it can change them at any time."""
        return frozenset(name for scope in self.tree.scopes.values() for name in scope.outer_names)

    def variable(self, node: cst.Name) -> Variable:
        """The variable that *node* stands for."""
        found = self._variables.get(node)
        if found is None:
            scope = self.tree.scope_at(node) if node in self.tree else self.scope
            found = self._variables[node] = (node.value, home_of(self.tree, node.value, scope))
        return found

    def builds_client(self, node: Any) -> bool:
        """Whether *node* gives a new client, and so never None: the construction itself, or its `start()`."""
        node = node.expression if isinstance(node, cst.Await) else node
        func = node.func if isinstance(node, cst.Call) and node in self.tree else None
        if isinstance(func, cst.Attribute) and func.attr.value == "start" and isinstance(func.value, cst.Call):
            func = func.value.func
        values = self.ask.value(self.module, func)
        return bool(values) and all(isinstance(value, ClientClass) for value in values)

    def is_own(self, variable: Variable) -> bool:
        """Whether the variable ends with this code."""
        return variable[1] is self.scope

    def is_private(self, root: Any) -> bool:
        """Whether no other code can use what begins at *root*: what an expression gave, or a variable that no other function names."""
        if not is_variable(root):
            return True
        found = self._private.get(root)
        if found is None:
            uses = reads(self.tree, *root)
            found = self._private[root] = all(self.tree.scope_at(use) is self.scope for use in uses)
        return found

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of the parameters."""
        return frozenset(name for name, found in self.scope.bindings.items() if any(b.kind == "param" for b in found))

    @cached_property
    def positional(self) -> list[str]:
        """The names of the parameters that take arguments by their place."""
        params: Any = getattr(self.scope.node, "params", cst.Parameters())
        return [param.name.value for param in (*params.posonly_params, *params.params)]

    @property
    def receiver(self) -> str:
        """The name of the first parameter."""
        return next(iter(self.positional), "")

    def is_super(self, node: cst.Call) -> bool:
        """Whether *node* is `super()`: the receiver, as its base class sees it."""
        return isinstance(node.func, cst.Name) and node.func.value == "super" and bool(self.receiver)

    def imported(self, node: Any) -> list[Variable]:
        """The variables that an import statement binds."""
        found = [binding for some in self.scope.bindings.values() for binding in some if binding.node is node]
        return [(binding.name, home_of(self.tree, binding.name, self.scope)) for binding in found]

    def captured(self, pattern: Any) -> list[Variable]:
        """The variables that a `match` pattern binds."""
        pending, names = [pattern], []
        while pending:
            part = pending.pop()
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            names += [self.variable(name)] if isinstance(name, cst.Name) else []
            pending += part.children
        return names

    # what an expression has of the client

    def had(self, state: State, node: Any) -> list[Place]:
        """What *node* gives of the client: places that begin at nothing, as seen from the value of *node*."""
        if not state.places:
            return []
        kind = type(node)  # asked at every step: `isinstance` is slow for nodes
        if kind is cst.Attribute:
            return self._attribute(state, node)
        if kind is cst.NamedExpr:
            return self.had(state, node.value)
        if kind is cst.Name:
            found = state.at(self.variable(node))
        elif kind is cst.Call and self.is_super(node):
            found = state.at((self.receiver, self.scope))
        else:
            found = state.at(node)
        return [Place(None, place.attributes, place.role) for place in found]

    def _attribute(self, state: State, node: cst.Attribute) -> list[Place]:
        name = node.attr.value
        found = [Place(None, p.attributes, p.role) for p in state.at(node)]
        for place in self.had(state, node.value):
            if place.attributes and place.attributes[0] == name:
                found.append(Place(None, place.attributes[1:], place.role))
            elif not place.attributes and place.role == CLIENT and name == "disconnect":
                found.append(Place(None, (), CLOSER))
        return found

    def address(self, node: Any) -> tuple[Any, tuple[str, ...]]:
        """The root and the attributes by which *node* is reached: of a variable, or of what an expression gave."""
        attributes: list[str] = []
        while isinstance(node, cst.Attribute):
            attributes.append(node.attr.value)
            node = node.value
        root = self.variable(node) if isinstance(node, cst.Name) else node
        if isinstance(node, cst.Call) and self.is_super(node):
            root = (self.receiver, self.scope)
        return root, tuple(reversed(attributes))

    def inside(self, state: State, node: Any) -> list[Place]:
        """The same of all that *node* takes together, the elements of a display."""
        found = self.had(state, node)
        for element in node.elements if isinstance(node, (cst.Tuple, cst.List, cst.Set, cst.Dict)) else ():
            found += self.inside(state, element.value)
        return found
