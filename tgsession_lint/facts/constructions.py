"""Where a client is built, or made to be built, outside a guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.facts.fates import fates, is_store
from tgsession_lint.frozen import frozen
from tgsession_lint.nodes import children, string_value
from tgsession_lint.values import Class, ClientClass, Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module


@frozen
class Construction:
    """A client that is built here; `by_reference` where the class is handed to something that builds it.

    `node` is the call, or the reference. `class_name` is how the code names the class.
    """

    node: Node
    class_name: str
    by_reference: bool
    at_import: bool


def constructions(ask: Evaluator, module: Module) -> Iterator[Construction]:
    """Every construction in *module*, calls first, then references."""
    for call in module.tree.calls:
        if _builds(ask, module, call) and not in_guard(ask, module, call):
            yield Construction(call, class_name(call.func), by_reference=False, at_import=at_import(module, call))
    for reference in _references(ask, module):
        if not in_guard(ask, module, reference):
            yield Construction(reference, class_name(reference), by_reference=True, at_import=False)


def _builds(ask: Evaluator, module: Module, call: cst.Call) -> bool:
    values = ask.value(module, call.func)
    return bool(values) and any(isinstance(value, ClientClass) for value in values)


def class_name(node: Node) -> str:
    """How the code names a class: the last part of a dotted name."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else "client class"


def in_guard(ask: Evaluator, module: Module, node: Node) -> bool:
    """Whether *node* stands in a function or class that the configuration names as a guard."""
    for scope in module.tree.scope_at(node).up():
        if scope.kind == "function" and ask.is_configured_guard(Function(module, scope)):
            return True
        if scope.kind == "class" and ask.is_configured_guard(Class(module, scope)):
            return True
    return False


def at_import(module: Module, node: Node) -> bool:
    """Whether *node* runs when the module is imported; a notebook's cells and a main block do not."""
    if module.document.notebook:
        return False
    for scope in module.tree.scope_at(node).up():
        if scope.kind in {"function", "lambda"}:
            return False
    below = node
    for above in module.tree.ancestors(node):
        if isinstance(above, cst.If) and _only_when_run(above, below):
            return False
        below = above
    return True


def _only_when_run(statement: cst.If, arm: Node) -> bool:
    """Whether *arm* of the `if` is left out when the module is imported."""
    test: Any = statement.test
    text = _names_in(test)
    if "TYPE_CHECKING" in text:
        return arm is statement.body
    if "__name__" not in text or "__main__" not in text:
        return False
    operators = [part.operator for part in getattr(test, "comparisons", ())]
    if any(isinstance(operator, (cst.NotEqual, cst.NotIn)) for operator in operators):
        return arm is statement.orelse
    return arm is statement.body


def _names_in(node: Any) -> set[str]:
    pending, found = [node], set()
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Name):
            found.add(current.value)
        elif isinstance(current, cst.SimpleString):
            found.add(string_value(current) or "")
        pending.extend(children(current))
    return found


# references: the class handed to something that calls it


def _references(ask: Evaluator, module: Module) -> Iterator[Node]:
    for call in module.tree.calls:
        for arg in _called_later(ask, module, call):
            if _is_class(ask, module, arg):
                yield arg
    yield from _aliases(ask, module)


def _is_class(ask: Evaluator, module: Module, node: Node) -> bool:
    plain = isinstance(node, (cst.Name, cst.Attribute))
    return plain and any(isinstance(value, ClientClass) for value in ask.value(module, node))


def _called_later(ask: Evaluator, module: Module, call: cst.Call) -> Iterator[Node]:
    """The arguments of *call* that the callee will call itself."""
    positional = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    keywords = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    if not any(type(node) in {cst.Name, cst.Attribute} for node in (*positional, *keywords.values())):
        return
    for name in sorted(ask.outside_names(module, call.func)):
        yield from _called_by(name, positional, keywords)
    if isinstance(call.func, cst.Attribute):
        index = catalog.CALLING_METHODS.get(call.func.attr.value)
        if index is not None and index < len(positional):
            yield positional[index]


def _called_by(name: str, positional: list[Any], keywords: dict[str, Any]) -> Iterator[Node]:
    module, _, last = name.rpartition(".")
    provides = module in catalog.CONSTRUCTING_MODULES and last not in catalog.NON_CONSTRUCTING_PROVIDERS
    if (name in catalog.CALLS_FIRST_ARGUMENT or provides) and positional:
        yield positional[0]
    keyword = catalog.CALLS_KEYWORD.get(name)
    if keyword is not None and keyword in keywords:
        yield keywords[keyword]
    if name in catalog.CALLS_FIRST_ARGUMENT and "dependency" in keywords:
        yield keywords["dependency"]


def _aliases(ask: Evaluator, module: Module) -> Iterator[Node]:
    """`mk = TelegramClient` where nothing in view calls `mk`: a call in view is the construction itself."""
    for bindings in (found for scope in module.tree.scopes.values() for found in scope.bindings.values()):
        for binding in bindings:
            value = binding.value
            if binding.kind != "assign" or value is None or binding.path or not _is_class(ask, module, value):
                continue
            if _hands_on(ask, module, binding.node, binding.name):
                yield value


def _hands_on(ask: Evaluator, module: Module, statement: Node, name: str) -> bool:
    """Whether the alias *name* goes where a call of it could not be seen."""
    tree = module.tree
    reads = [use for use in tree.uses.get(name, ()) if not is_store(tree, use)]
    called = [use for use in reads if isinstance(tree.parent(use), cst.Call) and _is_class(ask, module, use)]
    if called:
        return False
    if not reads:
        # A class under another class name is there for others to import; any other name is a factory's.
        return (not name[:1].isupper() or name.isupper()) and tree.scope_at(statement).kind != "class"
    kinds = {fate.kind for use in reads for fate in fates(tree, use)}
    return "returned" in kinds

