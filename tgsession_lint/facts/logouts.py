"""Where `log_out` stands in the place of a disconnect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.closings import is_client_method
from tgsession_lint.nodes import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.facts.closings import Closing
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope

_MEANT = r"(?i)log_?out|sign_?out|log_?off|revoke|terminate_session|unlink|forget|delete|remove|reset|wipe"
_CLOSERS = (
    r"(?i)^_*(a?close|stop|shut_?down|disconnect|clean_?up|tear_?down|finish|quit|exit|aexit|del|end|on_shutdown|on_stop)(_.*|)$"
)
_CALLBACKS = frozenset({"push_async_callback", "callback", "register", "addCleanup", "addAsyncCleanup", "add_signal_handler"})
_OPENING = frozenset({"connect", "start", "__enter__", "__aenter__"})


def logouts(ask: Evaluator, module: Module, closings: Iterable[Closing]) -> Iterator[Node]:
    """Every `client.log_out` in *module*, which has these *closings*, by which a disconnect was meant."""
    for closing in closings:
        if closing.method == "log_out" and not _wanted(module, closing.node) and _closes(module, closing.node):
            yield closing.node
    for call in module.tree.calls:
        name = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
        for arg in call.args if name in _CALLBACKS else ():
            node: Any = arg.value
            if isinstance(node, cst.Attribute) and node.attr.value == "log_out" and is_client_method(ask, module, node):
                yield node


def _wanted(module: Module, node: Node) -> bool:
    """Whether a name round the call says that the session is to end."""
    for scope in module.tree.scope_at(node).up():
        owner: Any = scope.node
        if isinstance(owner, (cst.FunctionDef, cst.ClassDef)):
            said = [owner.name.value, *(source_of(decorator.decorator) for decorator in owner.decorators)]
            if any(re.search(_MEANT, text) for text in said):
                return True
    return False


def _closes(module: Module, call: cst.Call) -> bool:
    if any(isinstance(above, cst.Finally) for above in _in_frame(module, call)):
        return True
    frame: Scope | None = module.tree.scope_at(call).function
    if frame is None:
        return False
    owner: Any = frame.node
    if isinstance(owner, cst.FunctionDef) and re.match(_CLOSERS, owner.name.value.strip("_")):
        return True
    return _opened_and_never_disconnected(module, frame, call)


def _in_frame(module: Module, node: Node) -> Iterator[Node]:
    for above in module.tree.ancestors(node):
        if isinstance(above, (cst.FunctionDef, cst.Lambda)):
            return
        yield above


def _opened_and_never_disconnected(module: Module, frame: Scope, call: cst.Call) -> bool:
    """Whether the same function opens the client and `log_out` is all that could close it."""
    func: Any = call.func
    client = source_of(func.value)
    methods = set()
    for other in module.tree.calls_in.get(frame, ()):
        target: Any = other.func
        if isinstance(target, cst.Attribute) and source_of(target.value) == client:
            methods.add(target.attr.value)
    return bool(methods & _OPENING) and "disconnect" not in methods
