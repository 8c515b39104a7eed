"""Source -> the small changes that can be made to it, each a mutant that some test should notice."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_LONGEST = 100
_CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """The change number `number` of a module: `before` became `after` in `function`, at `rows`."""

    module: str
    number: int
    function: str
    rows: tuple[int, int]
    before: str
    after: str

    @property
    def name(self) -> str:
        """What it is called in the records and in the table of those that are explained."""
        return f"{self.module}:{self.function}: `{self.before}` -> `{self.after}`"


@dataclass
class _Change:
    node: ast.AST
    before: str
    after: str
    make: Callable[[], None]
    function: str
    statement: ast.stmt | None


def mutants(module: str, source: str) -> list[Mutant]:
    """Every mutant of the module called *module*."""
    found = []
    for number, change in enumerate(_changes(ast.parse(source))):
        rows = _rows(change)
        found.append(Mutant(module, number, change.function, rows, change.before, change.after))
    return found


def mutated(source: str, number: int) -> ast.Module:
    """The tree of *source* with its change *number* made."""
    tree = ast.parse(source)
    next(islice(_changes(tree), number, None)).make()
    return ast.fix_missing_locations(tree)


def _rows(change: _Change) -> tuple[int, int]:
    """The rows whose execution reaches the change: of the statement that it is in; none outside functions."""
    statement: Any = change.statement
    if statement is None:
        return (0, 0)
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    end = statement.end_lineno
    if body:
        first = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
        end = max(statement.lineno, first.lineno - 1)
    return (min(statement.lineno, getattr(change.node, "lineno", statement.lineno)), max(end, getattr(change.node, "end_lineno", end)))


def _changes(tree: ast.Module) -> Iterator[_Change]:
    yield from _Finder().walk(tree)


class _Finder:
    """One walk over a tree, which knows the function and the statement that it is in."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.statement: ast.stmt | None = None

    def walk(self, node: ast.AST) -> Iterator[_Change]:
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "type_comment", "ctx"}:
                continue
            if isinstance(value, list):
                for place, part in enumerate(list(value)):
                    if isinstance(part, ast.AST) and not _is_docstring(node, part):
                        yield from self._visit(part, node, name, place)
            elif isinstance(value, ast.AST):
                yield from self._visit(value, node, name, None)

    def _visit(self, node: ast.AST, parent: ast.AST, field: str, place: int | None) -> Iterator[_Change]:
        if _is_static(node):
            return
        names, statement = list(self.names), self.statement
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            self.names.append(node.name)
        if isinstance(node, ast.stmt):
            in_function = any(isinstance(node, ast.FunctionDef) or n for n in [self._depth])
            self.statement = node if in_function and not isinstance(node, (ast.FunctionDef, ast.ClassDef)) else None
        self._depth += isinstance(node, ast.FunctionDef)

        def put(new: Any) -> None:
            if place is None:
                setattr(parent, field, new)
            else:
                getattr(parent, field)[place] = new

        if not (isinstance(parent, (ast.FunctionDef, ast.ClassDef)) and field == "decorator_list"):
            for after, make in self._own(node, parent, put):
                yield _Change(node, _text(node), after, make, ".".join(self.names), self.statement)
            yield from self.walk(node)
        self._depth -= isinstance(node, ast.FunctionDef)
        self.names, self.statement = names, statement

    _depth = 0

    def _own(self, node: Any, parent: ast.AST, put: Callable[[Any], None]) -> Iterator[tuple[str, Callable[[], None]]]:
        """The changes of *node* itself, each with the text that it leads to."""

        def to(new: Any) -> tuple[str, Callable[[], None]]:
            return _text(new), lambda: put(new)

        match node:
            case ast.Compare():
                for number, operator in enumerate(node.ops):
                    other = _COMPARISONS[type(operator)]()
                    yield to(ast.Compare(node.left, [*node.ops[:number], other, *node.ops[number + 1 :]], node.comparators))
            case ast.BoolOp():
                yield to(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
                for number in range(len(node.values)):
                    rest = [value for n, value in enumerate(node.values) if n != number]
                    yield to(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
            case ast.UnaryOp(op=ast.Not()):
                yield to(node.operand)
            case ast.IfExp():
                yield to(node.body)
                yield to(node.orelse)
            case ast.BinOp() if type(node.op) in _OPERATORS:
                yield to(ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right))
            case ast.Constant(value=bool()):
                yield to(ast.Constant(not node.value))
            case ast.Constant(value=int()):
                yield to(ast.Constant(node.value + 1))
            case ast.Constant(value=str()) if not isinstance(parent, ast.Expr):
                yield to(ast.Constant("" if node.value else "x"))
            case ast.Tuple() | ast.List() | ast.Set() if isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and not _is_index(parent):
                for number in range(len(node.elts)):
                    rest = [value for n, value in enumerate(node.elts) if n != number]
                    new = type(node)(rest, ast.Load()) if not isinstance(node, ast.Set) else _set(rest)
                    yield f"without {_text(node.elts[number])}", lambda new=new: put(new)
            case ast.Dict():
                for number in range(len(node.keys)):
                    keys = [key for n, key in enumerate(node.keys) if n != number]
                    new = ast.Dict(keys, [value for n, value in enumerate(node.values) if n != number])
                    yield f"without {_text(node.keys[number])}", lambda new=new: put(new)
            case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
                yield to(ast.Call(ast.Name(_CALLS[name], ast.Load()), node.args, node.keywords))
            case ast.comprehension():
                for number, condition in enumerate(node.ifs):
                    rest = [c for n, c in enumerate(node.ifs) if n != number]
                    yield f"without if {_text(condition)}", lambda rest=rest: setattr(node, "ifs", rest)
            case ast.If():
                yield from self._test(node, (True, False))
            case ast.While():
                yield from self._test(node, (False,))
            case ast.Match():
                for number, case in enumerate(node.cases):
                    rest = [c for n, c in enumerate(node.cases) if n != number]
                    yield f"without case {_text(case.pattern)}", lambda rest=rest: put(ast.Match(node.subject, rest) if rest else ast.Pass())
            case ast.match_case() if node.guard is not None:
                yield f"case {_text(node.pattern)} without its guard", lambda: setattr(node, "guard", None)
            case ast.MatchOr():
                for number in range(len(node.patterns)):
                    rest = [p for n, p in enumerate(node.patterns) if n != number]
                    yield to(rest[0] if len(rest) == 1 else ast.MatchOr(rest))
            case ast.Expr() | ast.AugAssign():
                if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                    yield to(ast.Pass())
            case ast.Assign() if _is_droppable(node) and self._depth:
                yield to(ast.Pass())
            case ast.Return() if node.value is not None and not (isinstance(node.value, ast.Constant) and not node.value.value):
                yield to(ast.Return(ast.Constant(None)))
            case ast.Break():
                yield to(ast.Continue())
            case ast.Continue():
                yield to(ast.Break())
            case _:
                return

    def _test(self, node: Any, values: tuple[bool, ...]) -> Iterator[tuple[str, Callable[[], None]]]:
        kind = type(node).__name__.lower()
        for value in values:
            yield f"{kind} {value} for {_text(node.test)}", lambda value=value: setattr(node, "test", ast.Constant(value))


def _text(node: Any) -> str:
    """The first row of the code of *node*, or as much of it as tells it from others."""
    if isinstance(node, ast.comprehension):
        return "for …"
    text = ast.unparse(ast.fix_missing_locations(node)).partition("\n")[0]
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _set(elements: list[ast.expr]) -> ast.expr:
    return ast.Set(elements) if elements else ast.Call(ast.Name("set", ast.Load()), [], [])


def _is_index(parent: ast.AST) -> bool:
    return isinstance(parent, ast.Subscript)


def _is_docstring(parent: ast.AST, node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) and hasattr(parent, "body")


def _is_static(node: ast.AST) -> bool:
    """Whether *node* says something to readers and type checkers only."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.JoinedStr():
            return True
        case _:
            return False


def _is_droppable(node: ast.Assign) -> bool:
    """Whether the code can go on without the assignment: what it changes had a value before."""
    if any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets):
        return True
    stored = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return any(isinstance(name, ast.Name) and name.id in stored for name in ast.walk(node.value))
