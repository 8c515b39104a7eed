"""`value.name` -> what it can be, for every kind of value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import calls, catalog
from tgsession_lint.nodes import dotted_name, string_value, unpacked
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
    Many,
    Method,
    ModuleRef,
    Object,
    Super,
    Value,
    Values,
    union,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.project import Module

# How the names of what stands in the project begin where it is not followed: its file and its name come after that.
OF_PROJECT = "project:"


def attribute(ask: Evaluator, value: Value, name: str) -> Values:
    """What `value.name` can be."""
    match value:
        case External():
            return external(ask, f"{value.name}.{name}")
        case ModuleRef():
            return module_attribute(ask, value, name)
        case Client():
            return _of_client(ask, value, name)
        case ClientClass():
            return _of_client_class(ask, value, name)
        case Class():
            return ask.once((value.scope, name, "class"), lambda: class_attribute(ask, value, name))
        case Object():
            return ask.once((value.of.scope, name), lambda: instance_attribute(ask, value.of, name))
        case Super():
            return ask.once((value.of.scope, name, "super"), lambda: _of_super(ask, value.of, name))
        case Event():
            return (Client(),) if name in {"client", "_client"} else (Event(),) if name in {"message", "reply_to"} else ()
        case Many() | Guarded() | Guard() | Later():
            return (Method(value, name),)
        case _:
            return ()


def external(ask: Evaluator, name: str) -> Values:
    """The value of a full *name* outside the project."""
    if catalog.client_class(name, ask.telethon_roots, ask.client_classes):
        return (ClientClass(name.rpartition(".")[2]),)
    if name in ask.guards:
        return (Guard(name.rpartition(".")[2]),)
    return (External(name),)


def module_attribute(ask: Evaluator, value: ModuleRef, name: str) -> Values:
    """`module.name`: what the module binds, else its submodule of that name."""
    target = ask.project.module(value.path)
    found = bound_in(ask, target, name) if target is not None else ()
    if found:
        return found
    nested = ask.project.roots.submodule(value.path, name)
    if nested is not None:
        return (ModuleRef(nested),)
    return _configured_name(ask, value, name) or (External(f"{OF_PROJECT}{value.path}:{name}"),)


def _configured_name(ask: Evaluator, value: ModuleRef, name: str) -> Values:
    """A configured guard or client class counts even where its module cannot be read."""
    for dotted in ask.project.roots.dotted_names(value.path):
        if f"{dotted}.{name}" in ask.guards:
            return (Guard(name),)
        if f"{dotted}.{name}" in ask.client_classes:
            return (ClientClass(name),)
    return ()


def bound_in(ask: Evaluator, target: Module, name: str) -> Values:
    """What the module *target* itself binds *name* to in the end; nothing where only a builtin is called so."""
    found = ask.once(("module", target.path, name), lambda: ask.name(target, name, target.tree.scope, None))
    return tuple(v for v in found if v != External(f"builtins.{name}"))


def exported_by_star(target: Module, name: str) -> bool:
    """Whether `from TARGET import *` brings *name*: by `__all__` where it is plain, else unless underscored."""
    bindings = target.tree.scope.bindings.get("__all__")
    if not bindings:
        return not name.startswith("_")
    pending: list[Any] = [b.value for b in bindings]
    pending += [stored.value for stored in target.tree.stored_by_name.get("__all__", ())]
    while pending:
        value = pending.pop()
        if isinstance(value, (cst.List, cst.Tuple, cst.Set)):
            pending.extend(element.value for element in value.elements)
        elif isinstance(value, cst.BinaryOperation):
            pending.extend((value.left, value.right))
        elif not isinstance(value, cst.SimpleString) or string_value(value) == name:
            # Named; or put together from something that cannot be read off, which may name it.
            return True
    return False


def _of_client(ask: Evaluator, value: Client, name: str) -> Values:
    if name == "__class__":
        return (ClientClass("__class__", value.of),)
    own = attribute(ask, Object(value.of), name) if value.of is not None else ()
    return own or (Method(value, name),)


def _of_client_class(ask: Evaluator, value: ClientClass, name: str) -> Values:
    own = attribute(ask, value.of, name) if value.of is not None else ()
    return own or (Method(value, name),)


def _of_super(ask: Evaluator, plain: Class, name: str) -> Values:
    bases = base_values(ask, plain)
    if any(isinstance(base, ClientClass) for base in bases):
        return (Method(Client(plain), name),)
    return union(*(instance_attribute(ask, base, name) for base in bases if isinstance(base, Class)))


def base_values(ask: Evaluator, plain: Class) -> Values:
    """What the bases of a class stand for."""
    node: Any = plain.scope.node
    return union(*(ask.value(plain.module, base.value) for base in node.bases))


def lineage(ask: Evaluator, plain: Class) -> Iterator[Class]:
    """The class and those of its ancestors that the project defines."""
    seen: set[object] = set()
    pending = [plain]
    while pending:
        current = pending.pop(0)
        if current.scope in seen:
            continue
        seen.add(current.scope)
        yield current
        for base in base_values(ask, current):
            if isinstance(base, Class):
                pending.append(base)
            elif isinstance(base, ClientClass) and base.of is not None:
                pending.append(base.of)


def class_attribute(ask: Evaluator, plain: Class, name: str) -> Values:
    """`Class.name`: what the class body of it or an ancestor binds, and what class methods store there."""
    for current in lineage(ask, plain):
        bindings = current.scope.bindings.get(name, [])
        found = union(*(ask.binding(current.module, b) for b in bindings), _stored_on(ask, current, name))
        if found or bindings:
            return found
    return ()


def instance_attribute(ask: Evaluator, plain: Class, name: str) -> Values:
    """`self.name`: what the class body binds, and what methods store on the instance."""
    found: Values = ()
    for current in lineage(ask, plain):
        bindings = current.scope.bindings.get(name, [])
        found = union(*(_bound_to_instance(ask, current, b) for b in bindings), _stored_on(ask, current, name))
        if found:
            # The nearest class that says anything hides what its ancestors say.
            return found
    return found


def _bound_to_instance(ask: Evaluator, current: Class, binding: Any) -> Values:
    values = ask.binding(current.module, binding)
    if binding.kind != "def" or not _is_property(binding.node):
        return values
    return union(*(calls.returned(ask, v) for v in values if isinstance(v, Function)))


def _is_property(node: cst.FunctionDef) -> bool:
    names = {(dotted_name(d.decorator) or "").rpartition(".")[2] for d in node.decorators}
    return bool(names & {"property", "cached_property"})


def _stored_on(ask: Evaluator, current: Class, name: str) -> Values:
    """`self.name = …` and `self.name.append(…)` in the methods of the class."""
    module = current.module
    found: Values = ()
    for stored in module.tree.stored_on.get(current.scope, {}).get(name, ()):
        inside = isinstance(stored.target, cst.Subscript) or stored.kind in {"element", "extend"}
        value = _stored_value(ask, module, stored)
        if inside:
            value = calls.elements(value) if stored.kind == "extend" else value
            value = (Many(value),) if value else ()
        found = union(found, value)
    return found


def _stored_value(ask: Evaluator, module: Module, stored: Any) -> Values:
    if stored.kind == "ann":
        return ask.annotation(module, stored.value.annotation)
    value, path = unpacked(stored.value, stored.path)
    found = ask.value(module, value)
    if stored.kind == "with":
        found = calls.entered(ask, found)
    elif stored.kind == "for":
        found = calls.elements(found)
    for _ in path:
        found = calls.elements(found)
    return found


def attribute_names(ask: Evaluator, plain: Class) -> set[str]:
    """Every attribute that the class or its ancestors in the project give their instances."""
    names: set[str] = set()
    for current in lineage(ask, plain):
        names.update(current.scope.bindings)
        names.update(current.module.tree.stored_on.get(current.scope, ()))
    return names
