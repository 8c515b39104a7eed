"""What a function of the module is given for a parameter that says nothing of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.names import lookup, reads
from tgsession_lint.nodes import positional
from tgsession_lint.values import Client, Function, Many, Values, union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Binding

_MAX_HOPS = 3


def is_given_client(ask: Evaluator, module: Module, node: Node) -> bool:
    """Whether *node* is a parameter for which a call in *module* gives a client, or comes out of one that is given several."""
    return any(isinstance(value, Client) for value in _values(ask, module, node, _MAX_HOPS))


def _values(ask: Evaluator, module: Module, node: Any, hops: int) -> Values:
    found = ask.value(module, node) if hops < _MAX_HOPS else ()
    if found or hops == 0 or not isinstance(node, cst.Name):
        return found
    home = lookup(module.tree, node.value, module.tree.scope_at(node), node)
    binding = home[1][0] if home is not None and len(home[1]) == 1 else None
    if binding is None or binding.path:
        return ()
    if binding.kind == "for" and binding.value is not None:
        several = _values(ask, module, binding.value, hops - 1)
        return union(*(value.of for value in several if isinstance(value, Many)))
    if binding.kind != "param" or getattr(binding.node, "annotation", None) is not None:
        return ()
    return union(*(_values(ask, module, given, hops - 1) for given in _given(ask, module, binding)))


def _given(ask: Evaluator, module: Module, binding: Binding) -> Iterator[Any]:
    """What the calls in *module* give for the parameter that *binding* binds."""
    function: Any = binding.scope.node
    if not isinstance(function, cst.FunctionDef):
        return
    names = positional(function)
    for call, skipped in _calls(ask, module, binding, function):
        at = names.index(binding.name) - skipped if binding.name in names else -1
        plain = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
        if 0 <= at < len(plain):
            yield plain[at]
        yield from (arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == binding.name)


def _calls(ask: Evaluator, module: Module, binding: Binding, function: cst.FunctionDef) -> Iterator[tuple[cst.Call, int]]:
    """The calls of *function* in its module, each with how many of its parameters the call does not name."""
    tree, outer, name = module.tree, binding.scope.parent, function.name.value
    if outer is not None and outer.kind != "class":
        for use in reads(tree, name, outer):
            call: Any = tree.parent(use)
            if isinstance(call, cst.Call) and call.func is use:
                yield call, 0
        return
    for call in tree.calls:
        func: Any = call.func
        if isinstance(func, cst.Attribute) and func.attr.value == name:
            if any(isinstance(value, Function) and value.scope is binding.scope for value in ask.value(module, func)):
                yield call, 1
