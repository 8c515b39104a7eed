"""Idioms that look like a disconnect and are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.facts.closings import is_client_method
from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.frozen import frozen
from tgsession_lint.nodes import source_of
from tgsession_lint.values import Client, Function, Guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module

_WHY = {
    "coroutine": "`disconnect()` gives a future in a loop and `None` without one: `{by}` raises {error}",
    "closing": "a client has no `close()`: `{by}` raises AttributeError at its exit and never disconnects",
    "callback": "`{by}` calls `disconnect` and drops the future that it gives: the block ends before it is done",
    "cleanup": "`{by}` calls `disconnect` after the event loop has gone, so that nothing is saved",
    "atexit": "at exit no event loop runs any more, and a SIGTERM skips it altogether",
    "signal": "a signal handler only schedules `disconnect()`: the program goes on, and may end before it is done",
}


@frozen
class Idiom:
    """A call that cannot disconnect the client, of which kind it is, and why it fails."""

    node: Node
    kind: str
    why: str


def idioms(ask: Evaluator, module: Module) -> Iterator[Idiom]:
    """Every ineffective way to disconnect in *module*."""
    for call in module.tree.calls:
        if not call.args:
            continue
        found = _of_function(ask, module, call) or _of_method(ask, module, call)
        if found is not None:
            yield found


def _of_function(ask: Evaluator, module: Module, call: cst.Call) -> Idiom | None:
    names = ask.outside_names(module, call.func)
    if not names:
        return None
    first = call.args[0].value
    if names & (catalog.WANTS_COROUTINE | catalog.RUNNERS) and _disconnecting(ask, module, first):
        error = "ValueError" if names & catalog.RUNNERS else "TypeError"
        return Idiom(call, "coroutine", _WHY["coroutine"].format(by=source_of(call.func), error=error))
    if names & catalog.CLOSING and _is_client(ask, module, first):
        return Idiom(call, "closing", _WHY["closing"].format(by=source_of(call.func)))
    if "atexit.register" in names and _schedules(ask, module, first):
        return Idiom(call, "atexit", _WHY["atexit"])
    handler = call.args[1].value if len(call.args) > 1 else None
    if "signal.signal" in names and handler is not None and _schedules(ask, module, handler):
        return Idiom(call, "signal", _WHY["signal"])
    return None


def _of_method(ask: Evaluator, module: Module, call: cst.Call) -> Idiom | None:
    func: Any = call.func
    if type(func) is not cst.Attribute:
        return None
    method, first = func.attr.value, call.args[0].value
    if method in catalog.WANTS_COROUTINE_METHODS and _disconnecting(ask, module, first):
        return Idiom(call, "coroutine", _WHY["coroutine"].format(by=method, error="ValueError" if method == "run" else "TypeError"))
    if method == "add_signal_handler" and len(call.args) > 1 and _schedules(ask, module, call.args[1].value):
        return Idiom(call, "signal", _WHY["signal"])
    if method in {"callback", "push"} and runs_in_loop(module, call) and _bound_disconnect(ask, module, first):
        return Idiom(call, "callback", _WHY["callback"].format(by=method))
    if method == "addCleanup" and runs_in_loop(module, call) and _bound_disconnect(ask, module, first):
        return Idiom(call, "cleanup", _WHY["cleanup"].format(by=method))
    return None


def _is_client(ask: Evaluator, module: Module, node: Node) -> bool:
    return any(isinstance(value, (Client, Guarded)) for value in ask.value(module, node))


def _disconnecting(ask: Evaluator, module: Module, node: Node) -> bool:
    """Whether *node* is a call of `client.disconnect`."""
    return isinstance(node, cst.Call) and _bound_disconnect(ask, module, node.func)


def _bound_disconnect(ask: Evaluator, module: Module, node: Node) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value == "disconnect" and is_client_method(ask, module, node)


def _schedules(ask: Evaluator, module: Module, handler: Node) -> bool:
    """Whether calling *handler* does no more for the client than to start its disconnect."""
    if _bound_disconnect(ask, module, handler):
        return True
    if isinstance(handler, cst.Call) and handler.args:
        return "functools.partial" in ask.outside_names(module, handler.func) and _schedules(ask, module, handler.args[0].value)
    functions = [value for value in ask.value(module, handler) if isinstance(value, Function)]
    return any(_starts_disconnect(ask, function) for function in functions)


def _starts_disconnect(ask: Evaluator, function: Function) -> bool:
    """Whether a plain function calls `client.disconnect()` where the loop, if any, cannot run on."""
    if function.scope.is_async:
        return False
    tree = function.module.tree
    inside = tree.calls_in.get(function.scope, ())
    return any(_disconnecting(ask, function.module, call) for call in inside)
