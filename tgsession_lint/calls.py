"""Calling, awaiting, entering and iterating: what each makes of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.nodes import dotted_name, string_value
from tgsession_lint.values import (
    Class,
    Client,
    ClientClass,
    Event,
    External,
    Function,
    Guard,
    Guarded,
    Later,
    Maker,
    Manager,
    Many,
    Method,
    Object,
    Partial,
    Super,
    Value,
    Values,
    union,
)  # fmt: skip

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.project import Module

_ITERATES = frozenset(
    f"builtins.{name}" for name in ["list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "filter", "enumerate", "zip", "dict"]
)
_SAME_CONTAINER = frozenset({"values", "items", "copy", "keys", "union", "difference"})
_TAKES_ELEMENT = frozenset({"get", "pop", "popitem", "setdefault", "popleft", "get_nowait", "__getitem__", "__next__"})
_CLIENT_FACTORIES = ("From", "QRLogin")


def call(ask: Evaluator, module: Module, node: cst.Call) -> Values:
    """What the call *node* gives."""
    return union(*(result(ask, module, callee, node) for callee in ask.value(module, node.func)), _by_name(ask, module, node))


def _by_name(ask: Evaluator, module: Module, node: cst.Call) -> Values:
    """Methods that mean the same whoever they are called on: `stack.enter_context(x)`, `loop.run_until_complete(x)`."""
    func: Any = node.func
    if type(func) is not cst.Attribute or not node.args:
        return ()
    name = func.attr.value
    if name in catalog.ENTERING_METHODS and not name.startswith("__"):
        inside = entered(ask, ask.value(module, node.args[0].value))
        return (Later(inside),) if inside and catalog.ENTERING_METHODS[name] == "async" else inside
    if name in {"run_until_complete", "run"}:
        return awaited(ask.value(module, node.args[0].value), strict=True)
    return ()


def result(ask: Evaluator, module: Module, callee: Value, node: cst.Call) -> Values:
    """What calling *callee* gives, as *node* calls it."""
    match callee:
        case ClientClass() | Class():
            return _instantiated(ask, callee)
        case Guard():
            return (Guarded(callee),)
        case Function():
            return _function_result(ask, callee)
        case Method():
            return _method_result(callee)
        case Partial():
            return union(*(result(ask, module, inner, node) for inner in callee.callees))
        case Maker():
            return callee.gives
        case External():
            return _external_result(ask, module, callee.name, node)
        case _:
            return ()


def instance(value: Value) -> Value:
    """An instance of the class *value*."""
    if isinstance(value, ClientClass):
        return Client(value.of)
    return Object(value) if isinstance(value, Class) else value


def _instantiated(ask: Evaluator, callee: ClientClass | Class) -> Values:
    guard = _guard_class(ask, callee) if isinstance(callee, Class) else None
    return (Guarded(guard),) if guard is not None else (instance(callee),)


def _function_result(ask: Evaluator, function: Function) -> Values:
    node: Any = function.scope.node
    if function.scope.kind == "lambda":
        return returned(ask, function)
    form = manager_form(node)
    if form is not None:
        return (Manager(yielded(ask, function)),)
    results = returned(ask, function)
    if function.scope.yields:
        results = (Many(yielded(ask, function)),)
    elif node.asynchronous is not None and results:
        results = (Later(results),)
    return results


def returned(ask: Evaluator, function: Function) -> Values:
    """What the `return`s of *function* give, or its annotation promises."""
    return ask.once(("return", function.scope), lambda: _returned(ask, function))


def _returned(ask: Evaluator, function: Function) -> Values:
    found = union(*(ask.value(function.module, value) for value in function.scope.returns))
    node: Any = function.scope.node
    declared = getattr(node, "returns", None)
    if declared is not None and not function.scope.yields:
        found = union(found, ask.annotation(function.module, declared.annotation))
    return found


def yielded(ask: Evaluator, function: Function) -> Values:
    """What the `yield`s of *function* give."""
    return ask.once(("yield", function.scope), lambda: _yielded(ask, function))


def _yielded(ask: Evaluator, function: Function) -> Values:
    found = union(*(ask.value(function.module, value) for value in function.scope.yields))
    declared = getattr(function.scope.node, "returns", None)
    if declared is not None and function.scope.yields:
        found = union(found, elements(ask.annotation(function.module, declared.annotation)))
    return found


def _method_result(method: Method) -> Values:
    match method.owner:
        case Client():
            if method.name in {"start", "__aenter__"}:
                return (method.owner, Later((method.owner,)))
            if method.name == "__enter__":
                return (method.owner,)
            return (Many((Event(),)),) if method.name.startswith("iter_") else ()
        case ClientClass() if method.name.startswith(_CLIENT_FACTORIES):
            return (Client(), Later((Client(),)))
        case Guarded() if method.name in {"__enter__", "__aenter__", *catalog.OPENING_METHODS}:
            inside: Values = (Client(),)
            return (Later(inside),) if method.name.startswith(("__a", "a")) else inside
        case Many() if method.name in _SAME_CONTAINER:
            return (method.owner,)
        case Many() if method.name in _TAKES_ELEMENT:
            return method.owner.of
        case _:
            return ()


def _external_result(ask: Evaluator, module: Module, name: str, node: cst.Call) -> Values:
    args = [arg.value for arg in node.args if arg.keyword is None and not arg.star]
    first: Any = args[0] if args else None
    if name in {"functools.partial", "functools.partialmethod"}:
        inside = ask.value(module, first)
        return (Partial(inside),) if inside else ()
    if name in _ITERATES:
        return tuple(v for arg in args for v in ask.value(module, arg) if isinstance(v, Many))
    if name == "builtins.next":
        return elements(ask.value(module, first))
    if name == "builtins.super":
        return _super(module, node)
    if name == "builtins.type" and len(args) == 1:
        return tuple(_class_of(value) for value in ask.value(module, first) if isinstance(value, (Client, Object)))
    if name == "builtins.getattr" and len(args) > 1 and (attr := string_value(args[1])) is not None:
        return union(*(ask.attribute(value, attr) for value in ask.value(module, first)))
    if name in catalog.IMPORTS_BY_NAME and (dotted := string_value(first)) and dotted[0] != ".":
        return ask.module_named(module, dotted if name.endswith("module") else dotted.partition(".")[0], 0)
    if name.endswith(".cast") and name.startswith("typing") and len(args) > 1:
        return union(ask.value(module, args[1]), ask.annotation(module, first))
    if name in catalog.RUNNERS:
        return awaited(ask.value(module, first), strict=True)
    if name == "asyncio.gather":
        inside = union(*(awaited(ask.value(module, arg)) for arg in args))
        return (Later((Many(inside),)),) if inside else ()
    if name in catalog.WRAPS_AWAITABLES or name == "asyncio.create_task":
        return tuple(v for v in ask.value(module, first) if isinstance(v, Later))
    if name.endswith((".Depends", ".Security")):
        return union(*(_provided(ask, module, value, node) for value in ask.value(module, first)))
    if name == "contextlib.nullcontext":
        inside = ask.value(module, first)
        return (Manager(inside),) if inside else ()
    return ()


def _provided(ask: Evaluator, module: Module, value: Value, node: cst.Call) -> Values:
    """What a dependency gives: its result, awaited, or what it yields."""
    found = awaited(result(ask, module, value, node))
    return union(found, elements(found)) if any(isinstance(v, Many) for v in found) else found


def _super(module: Module, node: cst.Call) -> Values:
    for scope in module.tree.scope_at(node).up():
        if scope.kind == "class":
            return (Super(Class(module, scope)),)
    return ()


def _class_of(value: Value) -> Value:
    if isinstance(value, Client):
        return ClientClass("type", value.of)
    return value.of if isinstance(value, Object) else value


def awaited(values: Values, *, strict: bool = False) -> Values:
    """What `await` makes of *values*; a value that is no awaitable stays, unless *strict*."""
    return union(*((v.gives if isinstance(v, Later) else () if strict else (v,)) for v in values))


def elements(values: Values) -> Values:
    """What iterating over or indexing *values* gives."""
    return union(*(v.of for v in values if isinstance(v, Many)))


def entered(ask: Evaluator, values: Values) -> Values:
    """What a `with` statement over *values* binds."""
    return union(*(_entered(ask, value) for value in values))


def _entered(ask: Evaluator, value: Value) -> Values:
    match value:
        case Client():
            return (value,)
        case Guarded():
            return (Client(),)
        case Manager():
            return value.gives
        case Later():
            return entered(ask, value.gives)
        case Object():
            methods = union(*(ask.attribute(value, name) for name in ("__aenter__", "__enter__")))
            return union(*(returned(ask, method) for method in methods if isinstance(method, Function)))
        case _:
            return ()


# the project's own context managers


def manager_form(node: Any) -> str | None:
    """Whether a function is made a context manager by its decorator, and for which `with`."""
    if not isinstance(node, cst.FunctionDef):
        return None
    for decorator in node.decorators:
        name = (dotted_name(decorator.decorator) or "").rpartition(".")[2]
        if name in {"contextmanager", "asynccontextmanager"}:
            return "async" if name == "asynccontextmanager" else "sync"
    return None


def own_guard(ask: Evaluator, function: Function) -> Guard | None:
    """The guard that *function* is: named in the configuration, or one that enters a guard round its `yield`."""
    node: Any = function.scope.node
    if not isinstance(node, cst.FunctionDef):
        return None
    form = manager_form(node)
    forms = frozenset({form}) if form else frozenset({"sync", "async"})
    if ask.is_configured_guard(function):
        return Guard(node.name.value, forms)
    if form is None or not function.scope.yields:
        return None
    found = ask.once(("guard", function.scope), lambda: _guards_entered(ask, function))
    return Guard(node.name.value, forms) if found else None


def _guards_entered(ask: Evaluator, function: Function) -> Values:
    tree = function.module.tree
    entered_here: list[Any] = []
    for statement in tree.withs_in.get(function.scope, ()):
        entered_here.extend(item.item for item in statement.items)
    for node in tree.calls_in.get(function.scope, ()):
        func: Any = node.func
        here = tree.scope_at(node) is function.scope and isinstance(func, cst.Attribute) and node.args
        if here and func.attr.value in catalog.ENTERING_METHODS:
            entered_here.append(node.args[0].value)
    found = union(*(ask.value(function.module, node) for node in entered_here))
    return tuple(v for v in found if isinstance(v, Guarded))


def _guard_class(ask: Evaluator, plain: Class) -> Guard | None:
    """The guard that a class is: the configuration names it, and its methods tell by which `with` it is entered."""
    if not ask.is_configured_guard(plain):
        return None
    node: Any = plain.scope.node
    forms = frozenset(f for name, f in (("__enter__", "sync"), ("__aenter__", "async")) if name in plain.scope.bindings)
    return Guard(node.name.value, forms or frozenset({"sync", "async"}))
