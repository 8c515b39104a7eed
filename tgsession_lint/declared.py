"""Annotation -> the instances it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog, literals
from tgsession_lint.nodes import dotted_name
from tgsession_lint.values import Class, Client, ClientClass, Event, External, Later, Maker, Many, Object, Values, union

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope

_CLASS_OF = frozenset({"type", "Type"})
_CALLABLE = frozenset({"Callable"})


def instances(ask: Evaluator, module: Module, node: Any, scope: Scope | None = None) -> Values:
    """The instances that the annotation *node* allows, as far as they concern a client.

    *scope* is given for nodes that are not part of the module's tree: the text of a quoted annotation.
    """
    match node:
        case cst.Name() | cst.Attribute():
            if scope is not None:
                return _named(ask, module, node, scope)
            # An alias may stand for itself, by way of others.
            return ask.once(("annotated", node), lambda: _named(ask, module, node, None))
        case cst.BinaryOperation(operator=cst.BitOr()):
            return union(instances(ask, module, node.left, scope), instances(ask, module, node.right, scope))
        case cst.Subscript():
            return _subscripted(ask, module, node, scope)
        case cst.SimpleString() | cst.ConcatenatedString():
            return _quoted(ask, module, node, scope)
        case cst.Call():
            return ()
        case _:
            return ()


def _named(ask: Evaluator, module: Module, node: Any, scope: Scope | None) -> Values:
    found = _classes(ask, module, node, scope)
    if not found or all(isinstance(value, External) for value in found):
        home, source = literals.origin(ask, module, node)
        if isinstance(source, (cst.BinaryOperation, cst.Subscript)):
            return instances(ask, home, source, None)
    return tuple(_instance(value) for value in found if isinstance(value, (ClientClass, Class, External)) and _counts(value))


def _counts(value: Any) -> bool:
    return not isinstance(value, External) or ".events." in value.name or value.name.endswith((".Message", ".Event"))


def _instance(value: Any) -> Any:
    if isinstance(value, ClientClass):
        return Client(value.of)
    return Object(value) if isinstance(value, Class) else Event()


def _classes(ask: Evaluator, module: Module, node: Any, scope: Scope | None) -> Values:
    """What the name *node* stands for; annotations see how the module ends, not how it begins."""
    where = scope or module.tree.scope_at(node)
    dotted = dotted_name(node)
    if dotted is None:
        return ()
    first, _, rest = dotted.partition(".")
    found = ask.name(module, first, where, None)
    for part in rest.split(".") if rest else ():
        found = union(*(ask.attribute(value, part) for value in found))
    return found


def _subscripted(ask: Evaluator, module: Module, node: cst.Subscript, scope: Scope | None) -> Values:
    name = (dotted_name(node.value) or "").rpartition(".")[2]
    parts: list[Any] = [s.slice.value for s in node.slice if isinstance(s.slice, cst.Index)]
    if name in _CLASS_OF:
        return tuple(v for part in parts if isinstance(part, (cst.Name, cst.Attribute))
                     for v in _classes(ask, module, part, scope) if isinstance(v, ClientClass))
    if name in _CALLABLE:
        inside = instances(ask, module, parts[-1], scope) if parts else ()
        return (Maker(inside),) if inside else ()
    if name == "Annotated":
        parts = parts[:1]
    inside = union(*(instances(ask, module, part, scope) for part in parts))
    if not inside or name in catalog.ANNOTATION_WRAPPERS:
        return inside
    if name in catalog.ANNOTATION_AWAITABLES:
        return (Later(inside),)
    return (Many(inside),) if name in catalog.ANNOTATION_CONTAINERS else ()


def _quoted(ask: Evaluator, module: Module, node: Any, scope: Scope | None) -> Values:
    text = literals.text_of(node)
    if text is None:
        return ()
    try:
        inner = cst.parse_expression(text.strip())
    except Exception:
        return ()
    return instances(ask, module, inner, scope or module.tree.scope_at(node))
