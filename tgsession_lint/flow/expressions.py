"""Expression -> its operations in the order of their evaluation, built from the last to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.flow.catching import raised_kind
from tgsession_lint.flow.points import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgsession_lint.flow.ways import Ways

# What ends the program, and whether it does so by an exception that clean-ups see.
_EXITS = {"sys.exit": True, "builtins.exit": True, "builtins.quit": True, "os._exit": False, "os.abort": False}
_LAST_NAMES = frozenset(name.rpartition(".")[2] for name in _EXITS)
_TRUE, _FALSE = frozenset({"True", "1", "__debug__"}), frozenset({"False", "0", "None"})


def evaluated(node: Any, then: Point, ways: Ways) -> Point:
    """The way through the expression *node*, on to *then*."""
    build = _BUILDERS.get(type(node))
    return build(node, then, ways) if build is not None else then


def each_evaluated(nodes: Iterable[Any], then: Point, ways: Ways) -> Point:
    """The way through several expressions, the first first."""
    for node in reversed(list(nodes)):
        then = evaluated(node, then, ways)
    return then


def decided(node: Any, yes: Point, no: Point, ways: Ways) -> Point:
    """The way through the condition *node*, on to *yes* or *no*."""
    if isinstance(node, cst.BooleanOperation):
        if isinstance(node.operator, cst.And):
            return decided(node.left, decided(node.right, yes, no, ways), no, ways)
        return decided(node.left, yes, decided(node.right, yes, no, ways), ways)
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return decided(node.expression, no, yes, ways)
    return _tested(node, yes, no, ways)


def _tested(node: Any, yes: Point, no: Point, ways: Ways) -> Point:
    """The way through *node* as a whole, on to *yes* or *no*; a constant leads to one of them."""
    constant = getattr(node, "value", None)
    if constant in _TRUE:
        return yes
    if constant in _FALSE:
        return no
    return evaluated(node, ways.point("test", node, yes, no), ways)


def _operation(*parts: str) -> Callable[[Any, Point, Ways], Point]:
    """An operation that may raise, on the operands in the fields *parts*."""

    def build(node: Any, then: Point, ways: Ways) -> Point:
        return each_evaluated((getattr(node, part) for part in parts), ways.step(node, then), ways)

    return build


def _wrapper(part: str) -> Callable[[Any, Point, Ways], Point]:
    """A node that does nothing of its own with what is in the field *part*."""

    def build(node: Any, then: Point, ways: Ways) -> Point:
        return evaluated(getattr(node, part), then, ways)

    return build


def _call(node: cst.Call, then: Point, ways: Ways) -> Point:
    last = getattr(node.func, "attr", node.func)
    names = ways.named(node.func) if isinstance(last, cst.Name) and last.value in _LAST_NAMES else ()
    exits = {_EXITS.get(name) for name in names}
    if exits == {True}:
        done = Point("raise", node, error=ways.error(SystemExit), cleanup=ways.cleanup)
    elif exits == {False}:
        done = Point("raise", node, error=ways.raised, cleanup=ways.cleanup)
    else:
        done = ways.step(node, then)
    return evaluated(node.func, each_evaluated(node.args, done, ways), ways)


def exception(node: Any, then: Point, ways: Ways) -> Point:
    """The way through what `raise` raises: to make an exception that Python itself defines does not fail."""
    if isinstance(node, cst.Call) and raised_kind(node, ways.named) is not None:
        return each_evaluated(node.args, then, ways)
    return evaluated(node, then, ways)


def _arg(node: cst.Arg, then: Point, ways: Ways) -> Point:
    return evaluated(node.value, ways.step(node, then) if node.star else then, ways)


def _yield(node: cst.Yield, then: Point, ways: Ways) -> Point:
    value = node.value.item if isinstance(node.value, cst.From) else node.value
    return evaluated(value, ways.step(node, then), ways)


def _subscript(node: cst.Subscript, then: Point, ways: Ways) -> Point:
    return evaluated(node.value, index(node, ways.step(node, then), ways), ways)


def index(node: cst.Subscript, then: Point, ways: Ways) -> Point:
    """The way through what stands between the brackets."""
    parts: list[Any] = []
    for element in node.slice:
        piece: Any = element.slice
        parts += [piece.value] if isinstance(piece, cst.Index) else [piece.lower, piece.upper, piece.step]
    return each_evaluated(parts, then, ways)


def _unary(node: cst.UnaryOperation, then: Point, ways: Ways) -> Point:
    last = then if isinstance(node.operator, cst.Not) else ways.step(node, then)
    return evaluated(node.expression, last, ways)


def _comparison(node: cst.Comparison, then: Point, ways: Ways) -> Point:
    """Each target is evaluated only when the comparisons before it hold."""
    *firsts, last = node.comparisons
    way = _compared(node, last, then, ways)
    for target in reversed(firsts):
        way = _compared(node, target, Point("test", target, way, then), ways)
    return evaluated(node.left, way, ways)


def _compared(node: cst.Comparison, target: cst.ComparisonTarget, then: Point, ways: Ways) -> Point:
    plain = isinstance(target.operator, (cst.Is, cst.IsNot))
    return evaluated(target.comparator, then if plain else ways.step(node, then), ways)


def _boolean(node: cst.BooleanOperation, then: Point, ways: Ways) -> Point:
    further = evaluated(node.right, Point("carry", node, then, source=node.right), ways)
    done = Point("carry", node, then, source=node.left)
    yes, no = (further, done) if isinstance(node.operator, cst.And) else (done, further)
    return _tested(node.left, yes, no, ways)


def _if_expression(node: cst.IfExp, then: Point, ways: Ways) -> Point:
    yes = evaluated(node.body, Point("carry", node, then, source=node.body), ways)
    no = evaluated(node.orelse, Point("carry", node, then, source=node.orelse), ways)
    return decided(node.test, yes, no, ways)


def defaults(params: cst.Parameters) -> list[Any]:
    """What is evaluated when a function with *params* is made."""
    return [param.default for param in (*params.posonly_params, *params.params, *params.kwonly_params)]


def _lambda(node: cst.Lambda, then: Point, ways: Ways) -> Point:
    return each_evaluated(defaults(node.params), then, ways)


def _walrus(node: cst.NamedExpr, then: Point, ways: Ways) -> Point:
    return evaluated(node.value, ways.point("bind", node, then), ways)


def _display(node: Any, then: Point, ways: Ways) -> Point:
    return each_evaluated(node.elements, then, ways)


def _unpacking(node: Any, then: Point, ways: Ways) -> Point:
    return evaluated(node.value, ways.step(node, then), ways)


def _entry(node: cst.DictElement, then: Point, ways: Ways) -> Point:
    return each_evaluated((node.key, node.value), then, ways)


def _text(node: Any, then: Point, ways: Ways) -> Point:
    return each_evaluated(node.parts, then, ways)


def _formatted(node: Any, then: Point, ways: Ways) -> Point:
    specification = each_evaluated(node.format_spec or (), ways.step(node, then), ways)
    return evaluated(node.expression, specification, ways)


def _comprehension(node: Any, then: Point, ways: Ways) -> Point:
    return _looped(node, node.for_in, then, ways)


def _looped(node: Any, loop: cst.CompFor, then: Point, ways: Ways) -> Point:
    head = ways.point("each", loop, None, then, raises=True)
    deeper = loop.inner_for_in
    inside = _looped(node, deeper, head, ways) if deeper is not None else _collected(node, head, ways)
    for condition in reversed(loop.ifs):
        inside = decided(condition.test, inside, head, ways)
    head.next = inside
    return evaluated(loop.iter, head, ways)


def _collected(node: Any, then: Point, ways: Ways) -> Point:
    results = [node.key, node.value] if isinstance(node, cst.DictComp) else [node.elt]
    return each_evaluated(results, ways.point("collect", node, then), ways)


_BUILDERS: dict[type, Callable[[Any, Point, Ways], Point]] = {
    cst.Attribute: _operation("value"),
    cst.Await: _operation("expression"),
    cst.BinaryOperation: _operation("left", "right"),
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _if_expression,
    cst.Lambda: _lambda,
    cst.NamedExpr: _walrus,
    cst.Call: _call,
    cst.Arg: _arg,
    cst.Yield: _yield,
    cst.Subscript: _subscript,
    cst.Tuple: _display,
    cst.List: _display,
    cst.Set: _display,
    cst.Dict: _display,
    cst.Element: _wrapper("value"),
    cst.DictElement: _entry,
    cst.StarredElement: _unpacking,
    cst.StarredDictElement: _unpacking,
    cst.FormattedString: _text,
    cst.FormattedStringExpression: _formatted,
    cst.ConcatenatedString: lambda node, then, ways: each_evaluated((node.left, node.right), then, ways),
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.DictComp: _comprehension,
    cst.GeneratorExp: _comprehension,
}
