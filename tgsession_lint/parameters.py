"""What a parameter stands for: by its annotation and default, as `self`, as the event of a handler, as a fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import calls
from tgsession_lint.nodes import dotted_name
from tgsession_lint.values import Client, Event, External, Function, Values, union

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Binding


def parameter(ask: Evaluator, module: Module, binding: Binding) -> Values:
    """What a parameter can be: by its annotation, its default, or because it is `self`."""
    node: Any = binding.node
    said = ask.annotation(module, node.annotation.annotation) if node.annotation is not None else ()
    return union(said, ask.value(module, binding.value), _receiver(ask, module, binding),
                 _handled_event(ask, module, binding), _fixture(ask, module, binding))


def _receiver(ask: Evaluator, module: Module, binding: Binding) -> Values:
    function: Any = binding.scope.node
    owner = binding.scope.parent
    if owner is None or owner.kind != "class" or not isinstance(function, cst.FunctionDef):
        return ()
    positional = [*function.params.posonly_params, *function.params.params]
    decorators = {dotted_name(d.decorator) for d in function.decorators}
    if not positional or positional[0] is not binding.node or "staticmethod" in decorators:
        return ()
    classes = ask.class_(module, owner)
    if "classmethod" in decorators or binding.name in {"cls", "mcs"}:
        return classes
    return tuple(calls.instance(value) for value in classes)


def _handled_event(ask: Evaluator, module: Module, binding: Binding) -> Values:
    """`@client.on(events.NewMessage)` hands its function an event."""
    function: Any = binding.scope.node
    if not isinstance(function, cst.FunctionDef):
        return ()
    for decorator in function.decorators:
        call: Any = decorator.decorator
        if isinstance(call, cst.Call) and any(_is_event_class(ask, module, arg.value) for arg in call.args):
            return (Event(),)
        if isinstance(call, cst.Call) and _is_event_class(ask, module, call.func):
            return (Event(),)
    return ()


def _is_event_class(ask: Evaluator, module: Module, node: Any) -> bool:
    target = node.func if isinstance(node, cst.Call) else node
    found = ask.value(module, target)
    return any(isinstance(v, External) and ".events." in v.name and ask.of_telethon(v.name) for v in found)


def _fixture(ask: Evaluator, module: Module, binding: Binding) -> Values:
    """A test's parameter is the pytest fixture of the same name in its module."""
    fixture = module.tree.scope.bindings.get(binding.name, [])
    for candidate in fixture:
        node: Any = candidate.node
        if candidate.kind == "def" and node is not binding.scope.node and is_fixture(node):
            function = Function(module, module.tree.scopes[node])
            return union(calls.awaited(calls.returned(ask, function)), calls.yielded(ask, function))
    return ()


def event_attribute(ask: Evaluator, module: Module, node: cst.Attribute) -> Values:
    """`event.client` in a handler whose decorator is the project's own: the name is custom enough."""
    if node.attr.value not in {"client", "_client"} or not isinstance(node.value, cst.Name):
        return ()
    scope = module.tree.scope_at(node)
    frame = scope.function
    if frame is None or not isinstance(frame.node, cst.FunctionDef) or not frame.node.decorators:
        return ()
    first = next(iter(frame.node.params.params), None)
    is_event = first is not None and first.name.value == node.value.value == "event" and frame.is_async
    return (Client(),) if is_event and _registers_handlers(ask, module, frame.node) else ()


def _registers_handlers(ask: Evaluator, module: Module, function: cst.FunctionDef) -> bool:
    """Whether the module uses Telethon, and no decorator of *function* is known to be of another library."""
    if module.uses_telethon is None:
        imported = [b for found in module.tree.scope.bindings.values() for b in found if b.kind in {"import", "from"}]
        values = union(*(ask.binding(module, b) for b in imported))
        module.uses_telethon = any(isinstance(v, External) and ask.of_telethon(v.name) for v in values)
    for decorator in function.decorators:
        target: Any = decorator.decorator
        for value in ask.value(module, target.func if isinstance(target, cst.Call) else target):
            if isinstance(value, External) and not value.name.startswith("builtins.") and not ask.of_telethon(value.name):
                return False
    return module.uses_telethon


def is_fixture(node: Any) -> bool:
    """Whether pytest calls the function *node*, and goes on with it whatever became of the test."""
    for decorator in getattr(node, "decorators", ()):
        target: Any = decorator.decorator
        dotted = dotted_name(target.func if isinstance(target, cst.Call) else target) or ""
        if dotted.rpartition(".")[2] == "fixture":
            return True
    return False
