"""Where a client is disconnected or logged out, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog
from tgsession_lint.facts.fates import Fate, fates
from tgsession_lint.facts.given import is_given_client
from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.frozen import frozen
from tgsession_lint.values import Client, Method, Super

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module


@frozen
class Closing:
    """One call of `disconnect` or `log_out` on a client; `receiver` is the client as the code names it."""

    node: cst.Call
    method: str
    receiver: Node
    dropped: bool


def closings(ask: Evaluator, module: Module) -> Iterator[Closing]:
    """Every call in *module* that disconnects a client or logs it out."""
    for call in module.tree.calls:
        func: Any = call.func
        if not isinstance(func, cst.Attribute) or func.attr.value not in {"disconnect", "log_out"}:
            continue
        if not is_client_method(ask, module, func) and not _is_given(ask, module, call, func):
            continue
        dropped = runs_in_loop(module, call) and _dropped(ask, module, call)
        yield Closing(call, func.attr.value, func.value, dropped)


def _is_given(ask: Evaluator, module: Module, call: cst.Call, func: cst.Attribute) -> bool:
    return func.attr.value == "disconnect" and not call.args and is_given_client(ask, module, func.value)


def is_client_method(ask: Evaluator, module: Module, node: Node) -> bool:
    """Whether *node* is a bound method of Telethon's on a client."""
    return any(isinstance(v, Method) and isinstance(v.owner, (Client, Super)) for v in ask.value(module, node))


def _dropped(ask: Evaluator, module: Module, call: Node) -> bool:
    """Whether nothing awaits the future, returns it, keeps it or takes it over."""
    return all(_is_loss(ask, module, fate) for fate in fates(module.tree, call))


def _is_loss(ask: Evaluator, module: Module, fate: Fate) -> bool:
    if fate.kind in {"dropped", "tested"}:
        return True
    by: Any = fate.by
    if fate.kind == "passed" and isinstance(by, cst.Call):
        return bool(ask.outside_names(module, by.func) & catalog.PASSES_ON_AWAITABLES) and _dropped(ask, module, by)
    return False
