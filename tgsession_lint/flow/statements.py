"""Statement -> the way through it, built from the last to the first: what comes after is known when it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.flow.catching import NEVER, SURELY, raised_kind, takes
from tgsession_lint.flow.expressions import decided, defaults, each_evaluated, evaluated, exception, index
from tgsession_lint.flow.points import Flow, Point
from tgsession_lint.flow.ways import Cleaned, CleanUp, Handled, Loop, Managed, Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tgsession_lint.flow.catching import Naming, Raised
    from tgsession_lint.nodes import Node


def flow_of(node: Node, named: Naming) -> Flow:
    """Every way through the body of a function, a lambda or a module; *named* tells what names stand for outside the project."""
    ways = Ways(node, named)
    body: Any = node.body  # type: ignore[attr-defined]
    if isinstance(node, cst.Lambda):
        entry = evaluated(body, Point("return", node, ways.end), ways)
    elif isinstance(node, cst.Module):
        entry = _in_order(body, ways.end, ways)
    else:
        entry = _suite(body, ways.end, ways)
    return Flow(node, entry, ways.end, ways.raised)


def _suite(suite: Any, then: Point, ways: Ways) -> Point:
    return _in_order(suite.body, then, ways)


def _in_order(statements: Sequence[Any], then: Point, ways: Ways) -> Point:
    for statement in reversed(statements):
        build = _BUILDERS.get(type(statement))
        if build is not None:
            then = build(statement, then, ways)
    return then


# simple statements


def _line(node: cst.SimpleStatementLine, then: Point, ways: Ways) -> Point:
    return _in_order(node.body, then, ways)


def _expression(node: cst.Expr, then: Point, ways: Ways) -> Point:
    return evaluated(node.value, ways.point("drop", node, then), ways)


def _assign(node: cst.Assign, then: Point, ways: Ways) -> Point:
    return _stored([part.target for part in node.targets], node, then, ways)


def _annotated(node: cst.AnnAssign, then: Point, ways: Ways) -> Point:
    return _stored([node.target], node, then, ways) if node.value is not None else then


def _stored(targets: list[Any], node: Any, then: Point, ways: Ways) -> Point:
    raises = any(_may_fail(target, node.value) for target in targets)
    bound = ways.point("bind", node, then, raises=raises)
    for target in reversed(targets):
        bound = _target(target, bound, ways)
    return evaluated(node.value, bound, ways)


def _may_fail(target: Any, value: Any) -> bool:
    """Whether to give *target* its value can raise: to unpack what is written out into names cannot."""
    if isinstance(target, (cst.Tuple, cst.List)):
        shown = value.elements if isinstance(value, (cst.Tuple, cst.List)) else ()
        if len(shown) != len(target.elements):
            return True
        return any(_may_fail(part.value, given.value) for part, given in zip(target.elements, shown, strict=True))
    return not isinstance(target, (cst.Name, cst.Attribute))


def _target(target: Any, then: Point, ways: Ways) -> Point:
    """What is evaluated of *target* before it gets its value."""
    match target:
        case cst.Attribute():
            return evaluated(target.value, then, ways)
        case cst.Subscript():
            return evaluated(target.value, index(target, then, ways), ways)
        case cst.Tuple() | cst.List():
            for element in reversed(target.elements):
                then = _target(element.value, then, ways)
            return then
        case _:
            return then


def _augmented(node: cst.AugAssign, then: Point, ways: Ways) -> Point:
    bound = ways.step(node, ways.point("bind", node, then, raises=isinstance(node.target, cst.Subscript)))
    return evaluated(node.target, evaluated(node.value, bound, ways), ways)


def _return(node: cst.Return, then: Point, ways: Ways) -> Point:
    del then
    return evaluated(node.value, ways.point("return", node, ways.leave("return")), ways)


def _raise(node: cst.Raise, then: Point, ways: Ways) -> Point:
    del then
    last = Point("raise", node, error=ways.error(raised_kind(node.exc, ways.named)), cleanup=ways.cleanup)
    cause = node.cause.item if node.cause is not None else None
    return exception(node.exc, evaluated(cause, last, ways), ways)


def _assert(node: cst.Assert, then: Point, ways: Ways) -> Point:
    fails = Point("raise", node, error=ways.error(AssertionError), cleanup=ways.cleanup)
    return decided(node.test, then, evaluated(node.msg, fails, ways), ways)


def _leaving(how: str) -> Callable[[Any, Point, Ways], Point]:
    def build(node: Any, then: Point, ways: Ways) -> Point:
        del then
        return ways.point("jump", node, ways.leave(how))

    return build


def _delete(node: cst.Del, then: Point, ways: Ways) -> Point:
    named = isinstance(node.target, cst.Name)
    return _target(node.target, ways.point("bind", node, then, raises=not named), ways)


def _import(node: Any, then: Point, ways: Ways) -> Point:
    return ways.point("bind", node, then, raises=True)


# compound statements


def _if(node: cst.If, then: Point, ways: Ways) -> Point:
    no = then
    if isinstance(node.orelse, cst.If):
        no = _if(node.orelse, then, ways)
    elif node.orelse is not None:
        no = _suite(node.orelse.body, then, ways)
    return decided(node.test, _suite(node.body, then, ways), no, ways)


def _otherwise(node: Any, then: Point, ways: Ways) -> Point:
    return _suite(node.orelse.body, then, ways) if node.orelse is not None else then


def _while(node: cst.While, then: Point, ways: Ways) -> Point:
    head = ways.point("loop", node, None)
    body = _suite(node.body, head, Loop(ways, head, then))
    head.next = decided(node.test, body, _otherwise(node, then, ways), ways)
    return head


def _for(node: cst.For, then: Point, ways: Ways) -> Point:
    head = ways.point("each", node, None, _otherwise(node, then, ways), raises=True)
    head.next = _target(node.target, _suite(node.body, head, Loop(ways, head, then)), ways)
    return evaluated(node.iter, head, ways)


def _with(node: cst.With, then: Point, ways: Ways) -> Point:
    return _managed(node.items, node.body, then, ways)


def _managed(items: Sequence[Any], body: Any, then: Point, ways: Ways) -> Point:
    if not items:
        return _suite(body, then, ways)
    item = items[0]
    left = ways.point("leave", item, then, raises=True)
    inside = _managed(items[1:], body, left, Managed(ways, item, then))
    return evaluated(item.item, ways.point("enter", item, inside, raises=True), ways)


def _try(node: cst.Try, then: Point, ways: Ways) -> Point:
    if node.finalbody is not None:
        last: Any = node.finalbody
        inside = CleanUp(ways, last)

        def clean(further: Point) -> Point:
            return _suite(last.body, further, inside)

        then, ways = clean(then), Cleaned(ways, clean)
    return _suite(node.body, _otherwise(node, then, ways), _handled(node.handlers, then, ways))


def _handled(handlers: Sequence[Any], then: Point, ways: Ways) -> Ways:
    if not handlers:
        return ways
    if isinstance(handlers[0], cst.ExceptStarHandler):
        return Handled(ways, lambda raised: _grouped(handlers, raised, then, ways))
    bodies = [_suite(handler.body, then, CleanUp(ways, handler)) for handler in handlers]

    def dispatch(raised: Raised) -> Point:
        way = ways.error(raised)
        for handler, body in reversed([*zip(handlers, bodies, strict=True)]):
            how = takes(handler.type, raised, ways.named)
            if how != NEVER:
                way = Point("catch", handler, body, None if how == SURELY else way, cleanup=ways.cleanup)
        return way

    return Handled(ways, dispatch)


def _grouped(handlers: Sequence[Any], raised: Raised, then: Point, ways: Ways) -> Point:
    """`except*`: each handler may take its part of the group; what is left, or raised anew, is raised at the end.

    Any other exception is a group of one: a handler that takes it surely leaves nothing.
    """
    end = ways.error(None)
    failed, done = end, ways.point("test", handlers[-1], then, end)
    for handler in reversed(handlers):
        how = takes(handler.type, raised, ways.named)
        if how == SURELY:
            failed, done = end, then
        if how != NEVER:
            inside = CleanUp(Handled(ways, _always(failed)), handler)
            more = [(failed, _suite(handler.body, failed, inside)), (done, _suite(handler.body, done, inside))]
            failed, done = (
                Point("catch", handler, body, None if how == SURELY else other, cleanup=ways.cleanup) for other, body in more
            )
    return done


def _always(way: Point) -> Callable[[Raised], Point]:
    return lambda _: way


def _match(node: cst.Match, then: Point, ways: Ways) -> Point:
    way = then
    for case in reversed(node.cases):
        body = _suite(case.body, then, ways)
        if case.guard is not None:
            body = decided(case.guard, body, way, ways)
        way = ways.point("case", case, body, None if _takes_all(case.pattern) else way, raises=not _takes_all(case.pattern))
    return evaluated(node.subject, way, ways)


def _takes_all(pattern: Any) -> bool:
    return isinstance(pattern, cst.MatchAs) and pattern.pattern is None


def _function(node: cst.FunctionDef, then: Point, ways: Ways) -> Point:
    return _decorated(node, defaults(node.params), ways.point("define", node, then), ways)


def _class(node: cst.ClassDef, then: Point, ways: Ways) -> Point:
    made = ways.step(node, ways.point("define", node, then))
    return _decorated(node, [*node.bases, *node.keywords], _suite(node.body, made, ways), ways)


def _decorated(node: Any, parts: list[Any], then: Point, ways: Ways) -> Point:
    """Decorators and defaults first; the decorators are called when the function or class is there."""
    for decorator in node.decorators:
        then = ways.step(decorator, then)
    inside = each_evaluated(parts, then, ways)
    return each_evaluated([decorator.decorator for decorator in node.decorators], inside, ways)


_BUILDERS: dict[type, Callable[[Any, Point, Ways], Point]] = {
    cst.SimpleStatementLine: _line,
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Break: _leaving("break"),
    cst.Continue: _leaving("continue"),
    cst.Del: _delete,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.If: _if,
    cst.While: _while,
    cst.For: _for,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
}
