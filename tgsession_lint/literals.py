"""What a string expression says, as far as the text of the project tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.names import lookup
from tgsession_lint.nodes import children, dotted_name, string_value
from tgsession_lint.values import ModuleRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module

_MAX_HOPS = 8
_READS_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "decouple.config", "environs.Env.str"})


def text_of(node: Any) -> str | None:
    """The text of a plain or concatenated literal."""
    parts: list[str] = []
    while isinstance(node, cst.ConcatenatedString):
        left = string_value(node.left)
        if left is None:
            return None
        parts.append(left)
        node = node.right
    last = string_value(node)
    return None if last is None else "".join((*parts, last))


def strings_in(node: Node) -> Iterator[str]:
    """Every literal text inside *node*, the fixed parts of f-strings included."""
    pending: list[Any] = [node]
    while pending:
        current = pending.pop()
        text = text_of(current)
        if text is not None:
            yield text
        elif isinstance(current, cst.FormattedStringText):
            yield current.value
        else:
            pending.extend(reversed(children(current)))


def origin(
    ask: Evaluator, module: Module, node: Any, hops: int = _MAX_HOPS, *, holding: bytes | None = None
) -> tuple[Module, Any]:
    """The expression that *node* is another name for, and the module it stands in.

    Constants are followed into modules that have to do with a client, and into any that has *holding* in it.
    """
    if hops == 0 or node not in module.tree:
        return module, node
    if isinstance(node, cst.Name):
        return _origin_of_name(ask, module, node, hops, holding)
    if isinstance(node, cst.Attribute) and dotted_name(node) is not None:
        for value in ask.value(module, node.value):
            if isinstance(value, ModuleRef):
                found = _constant(ask, value.path, node.attr.value, hops, holding)
                if found is not None:
                    return found
    return module, node


def _origin_of_name(
    ask: Evaluator, module: Module, node: cst.Name, hops: int, holding: bytes | None
) -> tuple[Module, Any]:
    found = lookup(module.tree, node.value, module.tree.scope_at(node), node)
    bindings = found[1] if found is not None else []
    if len(bindings) != 1:
        return module, node
    binding = bindings[0]
    if binding.kind in {"assign", "annotated", "type"} and binding.value is not None and not binding.path:
        return origin(ask, module, binding.value, hops - 1, holding=holding)
    if binding.kind == "for" and binding.value is not None:
        return module, binding.value
    if binding.kind == "from":
        statement: Any = binding.node
        alias: Any = binding.value
        for value in ask.module_named(module, dotted_name(statement.module) or "", len(statement.relative)):
            if isinstance(value, ModuleRef):
                constant = _constant(ask, value.path, alias.name.value, hops, holding)
                if constant is not None:
                    return constant
    return module, node


def _constant(ask: Evaluator, path: str, name: str, hops: int, holding: bytes | None) -> tuple[Module, Any] | None:
    """The value of the constant *name* of the module at *path*."""
    anyhow = holding is not None and ask.project.holds(path, holding)
    target = ask.project.parsed(path) if anyhow else ask.project.module(path)
    if target is None:
        return None
    bindings = [b for b in target.tree.scope.bindings.get(name, []) if b.value is not None]
    if len(bindings) != 1:
        return None
    if bindings[0].kind in {"assign", "annotated", "type"} and not bindings[0].path:
        return origin(ask, target, bindings[0].value, hops - 1, holding=holding)
    return None


def environment_variable(ask: Evaluator, module: Module, node: Any) -> str | None:
    """The variable that `os.environ["X"]`, `os.environ.get("X")` or `os.getenv("X")` reads."""
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and "os.environ" in ask.outside_names(module, node.value):
        index = node.slice[0].slice
        return text_of(index.value) if isinstance(index, cst.Index) else None
    if isinstance(node, cst.Call) and node.args:
        return text_of(node.args[0].value) if ask.outside_names(module, node.func) & _READS_ENVIRONMENT else None
    return None
