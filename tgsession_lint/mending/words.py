"""Statements about one client, by the name or the attribute that it is kept in: which open it, which close it, and whether anything else is in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.frozen import frozen
from tgsession_lint.mending.draft import has_comment
from tgsession_lint.nodes import dotted_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree

_OPENING = frozenset({"connect", "start"})
_RUNS = frozenset({"run_until_complete", "run"})
_WAITS = frozenset({"wait_for", "shield", "gather"})
_TELLING = re.compile(r"print|(?:self\._?)?_?(?:log|logger|logging|LOG|LOGGER)\.(?:debug|info|warning|warn|error|exception|critical|log)")
# What is raised by mistakes of the program, or from outside, and not where a client cannot be opened.
_OTHER_ERRORS = frozenset({
    "ValueError", "KeyError", "TypeError", "AttributeError", "IndexError", "LookupError", "AssertionError", "NameError", "ImportError",
    "ZeroDivisionError", "StopIteration", "StopAsyncIteration", "KeyboardInterrupt", "SystemExit", "GeneratorExit", "JSONDecodeError",
})  # fmt: skip


@frozen
class Opening:
    """A statement that does nothing but open the client; `args` are those of `start`."""

    line: Any
    args: tuple[cst.Arg, ...]
    awaited: bool
    logs_in: bool
    """Whether it is `start(…)`, which logs in where nobody is."""


def opening(line: Any, name: str) -> Opening | None:
    """*line* as the statement that opens the client *name*: `await name.connect()`, `name.start(…)`."""
    call, awaited = _called(line, name)
    if call is None or call.func.attr.value not in _OPENING:
        return None
    return Opening(line, tuple(call.args), awaited, call.func.attr.value == "start")


def _catches_failed_openings(kind: Any) -> bool:
    """Whether a handler for *kind* may catch what is raised where a client cannot be opened."""
    kinds = [element.value for element in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
    return any(one is None or (dotted_name(one) or "").rpartition(".")[2] not in _OTHER_ERRORS for one in kinds)


def try_round(tree: Tree, line: Any) -> cst.Try | None:
    """The `try` in whose body *line* stands, if it does."""
    block: Any = tree.parent(line)
    around = tree.parent(block) if block is not None else None
    return around if isinstance(around, cst.Try) and around.body is block else None


def leaves(suite: Any) -> bool:
    """Whether a block ends by going somewhere else."""
    last: Any = suite.body[-1] if isinstance(suite, cst.IndentedBlock) else suite
    part = last.body[-1] if isinstance(last, (cst.SimpleStatementLine, cst.SimpleStatementSuite)) else None
    return isinstance(part, (cst.Return, cst.Raise, cst.Continue, cst.Break))


def _but_raise(suite: Any) -> Sequence[Any]:
    """The statements of a handler without the `raise` that ends it; the whole one where none does."""
    last: Any = suite.body[-1] if isinstance(suite, cst.IndentedBlock) else suite
    part = last.body[-1] if isinstance(last, (cst.SimpleStatementLine, cst.SimpleStatementSuite)) else None
    raises = isinstance(part, cst.Raise) and part.exc is None and len(last.body) == 1
    return [one for one in suite.body if one is not last] if raises else [suite]


def opening_if_not_open(line: Any, name: str) -> Opening | None:
    """*line* as `if not client.is_connected():`, with nothing in it but what opens the client."""
    if not isinstance(line, cst.If):
        return None
    test: Any = line.test
    func: Any = getattr(test.expression, "func", None) if isinstance(test, cst.UnaryOperation) else None
    asked = isinstance(func, cst.Attribute) and dotted_name(func) == f"{name}.is_connected" and isinstance(test.operator, cst.Not)
    body = statements_of(line.body)
    found = opening(body[0], name) if asked and line.orelse is None and len(body) == 1 and not has_comment(line) else None
    return Opening(line, found.args, found.awaited, found.logs_in) if found is not None else None


def is_heard_of(tree: Tree, opening: Node, block: Node, names: set[str]) -> bool:
    """Whether a `try` inside of *block* does something where *opening* fails, but to close the client under one of *names*."""
    below = opening
    for above in tree.ancestors(opening):
        if above is block:
            return False
        if isinstance(above, (cst.Try, cst.TryStar)) and above.body is below:
            final: Any = above.finalbody
            parts = list(final.body.body) if final is not None else []
            for handler in above.handlers:
                parts += _but_raise(handler.body) if _catches_failed_openings(handler.type) else ()
            if not all(only_tells(part) or any(is_closing(part, name) for name in names) for part in parts):
                return True
        below = above
    return False


def is_closing(statement: Any, name: str) -> bool:
    """Whether *statement* does nothing but disconnect the client *name*, if at all."""
    if isinstance(statement, cst.If):
        body = _inside(statement.body)
        alone = statement.orelse is None and len(body) == 1 and is_closing(body[0], name)
        return alone and _tests_only(statement.test, name) and not has_comment(statement, beside=True)
    if isinstance(statement, cst.Try):
        body = _inside(statement.body)
        quiet = all(handler.body.body and all(only_tells(part) for part in handler.body.body) for handler in statement.handlers)
        whole = len(body) == 1 and is_closing(body[0], name) and statement.orelse is None and statement.finalbody is None
        return whole and quiet and not has_comment(statement, beside=True)
    call, _ = _called(statement, name)
    return call is not None and call.func.attr.value == "disconnect"


def _inside(suite: Any) -> Sequence[Any]:
    """The statements of a block; one on the row of its colon is a statement by itself."""
    return statements_of(suite) or [suite]


def statements_of(suite: Any) -> Sequence[Any]:
    """The statements of an indented block; none of a suite on the row of its colon."""
    return suite.body if isinstance(suite, cst.IndentedBlock) else ()


def _called(line: Any, name: str) -> tuple[Any, bool]:
    """The call of a method of *name* that *line* consists of, through what waits for it, and whether it is awaited."""
    if not (isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)) and len(line.body) == 1 and isinstance(line.body[0], cst.Expr)):
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
    return dotted_name(node) == name


def only_tells(statement: Any) -> bool:
    """Whether *statement* does nothing but say something, if at all: `pass`, `print(…)`, `logger.warning(…)`."""
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
    return all(isinstance(part, cst.Pass) or (isinstance(part, cst.Expr) and tells(part.value)) for part in parts)


def tells(value: Any) -> bool:
    """Whether *value* is a call that does nothing but say something: `print(…)`, `logger.warning(…)`."""
    return isinstance(value, cst.Call) and bool(_TELLING.fullmatch(dotted_name(value.func) or ""))


def _tests_only(test: Any, name: str) -> bool:
    """Whether *test* asks for nothing but whether there is a client *name*, and whether it is connected."""
    match test:
        case cst.Name() | cst.Attribute():
            return _is_name(test, name)
        case cst.Call(func=cst.Attribute() as func):
            return dotted_name(func) == f"{name}.is_connected" and not test.args
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.IsNot(), comparator=cst.Name(value="None"))]):
            return _is_name(test.left, name)
        case cst.BooleanOperation(operator=cst.And()):
            return _tests_only(test.left, name) and _tests_only(test.right, name)
        case _:
            return False
