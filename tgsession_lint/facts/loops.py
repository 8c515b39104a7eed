"""Where one client is driven by more than one event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.frozen import frozen
from tgsession_lint.life import Lives
from tgsession_lint.names import lookup
from tgsession_lint.nodes import dotted_name
from tgsession_lint.values import Client, Function, ModuleRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.flow import Point
    from tgsession_lint.life.body import Body
    from tgsession_lint.life.state import Variable
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Binding, Scope

_CONNECTS = frozenset({"connect", "start"})
# Plain functions that run where no loop does. Source: telethon/client/telegrambaseclient.py, `disconnect`; auth.py, `start`.
_AT_ONCE = frozenset({"disconnect", "run_until_disconnected", "start"})
_TASKS = frozenset({"task", "shared_task", "periodic_task", "actor"})


@frozen
class Crossing:
    """A call that drives the client called `name` by a further loop; `first` drove it before, None where a task repeats it."""

    node: Node
    name: str
    first: Node | None


@frozen
class _Drive:
    """A step of a plain function that runs clients on a loop: a new one, or the one that is theirs outside of any."""

    point: Point
    clients: frozenset[Variable]
    new_loop: bool


def crossings(ask: Evaluator, module: Module) -> Iterator[Crossing]:
    """Every such call in *module*."""
    lives = ask.notes.setdefault("lives", Lives(ask))
    frames = {scope.function or scope: None for scope in (module.tree.scope_at(call) for call in _runners(ask, module))}
    for frame in frames:
        if frame.kind in {"function", "module"} and not frame.is_async and not module.document.notebook:
            yield from _in_frame(_Look(ask, lives, lives.body(module, frame)))


def _runners(ask: Evaluator, module: Module) -> list[cst.Call]:
    return [call for call in module.tree.calls if call.args and ask.outside_names(module, call.func) & catalog.RUNNERS]


@frozen
class _Look:
    """One plain function or module, and whom to ask about it."""

    ask: Evaluator
    lives: Lives
    body: Body

    def drives(self) -> list[_Drive]:
        """Its steps that run a client on a loop."""
        found = [self._drive(point) for point in self.body.flow.points() if point.kind in {"run", "enter"}]
        return [drive for drive in found if drive is not None and drive.clients]

    def _drive(self, point: Point) -> _Drive | None:
        node: Any = point.node
        if point.kind == "enter":
            return _Drive(point, self._clients([node.item]), new_loop=False)
        if not isinstance(node, cst.Call):
            return None
        if self.ask.outside_names(self.body.module, node.func) & catalog.RUNNERS and node.args:
            return _Drive(point, self._run(node.args[0].value), new_loop=True)
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in _CONNECTS:
            return _Drive(point, self._clients([node.func.value]), new_loop=False)
        return None

    def _run(self, coroutine: Any) -> frozenset[Variable]:
        """The clients that *coroutine* has to do with: as its arguments, or as variables around its function."""
        if not isinstance(coroutine, cst.Call):
            return frozenset()
        func: Any = coroutine.func
        if isinstance(func, cst.Attribute) and func.attr.value in _AT_ONCE:
            return frozenset()  # it has run, on the client's own loop, before the runner is even called
        named = [arg.value for arg in coroutine.args] + ([func.value] if isinstance(func, cst.Attribute) else [])
        found = self._clients(named)
        for value in self.lives.value(self.body, func):
            if isinstance(value, Function):
                found |= self._around(value)
        return found

    def _around(self, function: Function) -> frozenset[Variable]:
        callee = self.lives.body(function.module, function.scope)
        names = [(name, scope) for scope in function.scope.up() if scope is not function.scope for name in scope.bindings]
        reached = [v for v in names if function.scope in self.lives.reaching(callee, v)]
        return frozenset(o for v in reached for o in [_origin(self.ask, function.module, v)] if o is not None)

    def _clients(self, nodes: list[Any]) -> frozenset[Variable]:
        variables = [self.body.variable(node) for node in nodes if isinstance(node, cst.Name)]
        found = [_origin(self.ask, self.body.module, variable) for variable in variables]
        return frozenset(variable for variable in found if variable is not None)

    def binds(self, point: Point, variable: Variable) -> bool:
        """Whether *point* gives *variable* another client."""
        home: Any = variable[1]
        return point.kind in {"bind", "enter", "each"} and any(b.node is point.node for b in home.bindings.get(variable[0], ()))


def _origin(ask: Evaluator, module: Module, variable: Variable) -> Variable | None:
    """The variable that a client is built for, where *variable* is one or is imported from one."""
    name, home = variable
    found = lookup(module.tree, name, home, None) if home is not None else None
    for binding in found[1] if found is not None and home is not None else ():
        if binding.kind == "from":
            return _imported(ask, module, binding)
        if binding.kind in {"assign", "annotated", "walrus"} and _is_client(ask, module, binding.value):
            return variable
    return None


def _imported(ask: Evaluator, module: Module, binding: Binding) -> Variable | None:
    statement: Any = binding.node
    alias: Any = binding.value
    for value in ask.module_named(module, dotted_name(statement.module) or "", len(statement.relative)):
        target = ask.project.module(value.path) if isinstance(value, ModuleRef) else None
        if target is not None and alias.name.value in target.tree.scope.bindings and target is not module:
            return _origin(ask, target, (alias.name.value, target.tree.scope))
    return None


def _is_client(ask: Evaluator, module: Module, node: Node | None) -> bool:
    return isinstance(node, cst.Call) and any(isinstance(value, Client) for value in ask.value(module, node))


def _in_frame(look: _Look) -> Iterator[Crossing]:
    drives = look.drives()
    repeated = _is_task(look.body.scope)
    for drive in drives:
        for variable in sorted(drive.clients, key=lambda client: client[0]):
            crossing = _crossed(look, drives, drive, variable)
            if crossing is None and repeated and drive.new_loop and variable[1] is not look.body.scope:
                crossing = Crossing(drive.point.node, variable[0], None)
            if crossing is not None:
                yield crossing
                break


def _crossed(look: _Look, drives: list[_Drive], drive: _Drive, variable: Variable) -> Crossing | None:
    """What drove the client *variable* before *drive*, on another loop; *drive* itself where a loop comes back to it."""
    for other in drives:
        if variable in other.clients and (drive.new_loop or other.new_loop) and _leads(look, other.point, drive.point, variable):
            return Crossing(drive.point.node, variable[0], other.point.node)
    return None


def _leads(look: _Look, start: Point, end: Point, variable: Variable) -> bool:
    """Whether some way leads from *start* to *end* and the variable keeps its client on it."""
    pending, seen = [start], set()
    while pending:
        point = pending.pop()
        for after in (point.next, point.other, point.error):
            if after is end:
                return True
            if after is not None and after not in seen and not look.binds(after, variable):
                seen.add(after)
                pending.append(after)
    return False


def _is_task(scope: Scope) -> bool:
    """Whether a task queue calls the function, time and again in one process."""
    node: Any = scope.node
    for decorator in getattr(node, "decorators", ()):
        target: Any = decorator.decorator
        name = dotted_name(target.func if isinstance(target, cst.Call) else target) or ""
        if name.rpartition(".")[2] in _TASKS:
            return True
    return False
