"""Statements about one client variable: which open it, which close it, and whether anything else is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.frozen import frozen
from tgsession_lint.mending.draft import has_comment
from tgsession_lint.tree import dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.tree import Node

_OPENING = frozenset({"connect", "start"})
# Methods that log in: `guarded_client` refuses a session that nobody is logged in to, so that they would never run.
LOGIN = frozenset({"send_code_request", "sign_in", "sign_up", "qr_login"})
_RUNS = frozenset({"run_until_complete", "run"})
_WAITS = frozenset({"wait_for", "shield", "gather"})


@frozen
class Opening:
    """A statement that does nothing but open the client; `args` are those of `start`."""

    line: cst.SimpleStatementLine
    args: tuple[cst.Arg, ...]
    awaited: bool


def opening(line: Any, name: str) -> Opening | None:
    """*line* as the statement that opens the client *name*: `await name.connect()`, `name.start(…)`."""
    call, awaited = _called(line, name)
    if call is None or call.func.attr.value not in _OPENING:
        return None
    return Opening(line, tuple(call.args), awaited)


def is_closing(statement: Any, name: str) -> bool:
    """Whether *statement* does nothing but disconnect the client *name*, if at all."""
    if isinstance(statement, cst.If):
        body = statements_of(statement.body)
        alone = statement.orelse is None and len(body) == 1 and is_closing(body[0], name)
        return alone and _tests_only(statement.test, name) and not has_comment(statement)
    if isinstance(statement, cst.Try):
        body = statements_of(statement.body)
        quiet = all(all(_is_pass(part) for part in statements_of(handler.body)) for handler in statement.handlers)
        whole = len(body) == 1 and is_closing(body[0], name) and statement.orelse is None and statement.finalbody is None
        return whole and quiet and not has_comment(statement)
    call, _ = _called(statement, name)
    return call is not None and call.func.attr.value == "disconnect"


def statements_of(suite: Any) -> Sequence[Any]:
    """The statements of an indented block; none of a suite on the row of its colon."""
    return suite.body if isinstance(suite, cst.IndentedBlock) else ()


def _called(line: Any, name: str) -> tuple[Any, bool]:
    """The call of a method of *name* that *line* consists of, through what waits for it, and whether it is awaited."""
    if not (isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], cst.Expr)):
        return None, False
    value: Any = line.body[0].value
    awaited = isinstance(value, cst.Await)
    if isinstance(value, cst.Await):
        value = value.expression
    while isinstance(value, cst.Call) and value.args and _waits(value.func):
        awaited = awaited or _last(value.func) in _RUNS
        value = value.args[0].value
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and _is_name(value.func.value, name):
        return value, awaited
    return None, False


def _waits(func: Any) -> bool:
    return _last(func) in _RUNS | _WAITS


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")


def _is_name(node: Any, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _is_pass(statement: Any) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(isinstance(part, cst.Pass) for part in statement.body)


def _tests_only(test: Any, name: str) -> bool:
    """Whether *test* asks for nothing but whether there is a client *name*, and whether it is connected."""
    match test:
        case cst.Name():
            return bool(test.value == name)
        case cst.Call(func=cst.Attribute() as func):
            return dotted_name(func) == f"{name}.is_connected" and not test.args
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.IsNot(), comparator=cst.Name(value="None"))]):
            return _is_name(test.left, name)
        case cst.BooleanOperation(operator=cst.And()):
            return _tests_only(test.left, name) and _tests_only(test.right, name)
        case _:
            return False


def logs_in(node: Node, name: str) -> str | None:
    """The method of the client *name* by which some code in *node* logs in."""
    return next((call.func.attr.value for call in _method_calls(node, name) if call.func.attr.value in LOGIN), None)


def starts_with(node: Node, name: str) -> bool:
    """Whether some code in *node* calls `start` of the client *name* with arguments, which is a login."""
    return any(call.func.attr.value == "start" and call.args for call in _method_calls(node, name))


def _method_calls(node: Node, name: str) -> Iterator[Any]:
    pending: list[Any] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Call) and isinstance(current.func, cst.Attribute) and _is_name(current.func.value, name):
            yield current
        pending.extend(current.children)
