"""Which paths name a session file: a path is what its last part says, as far as the text of the project tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.glance import names_session_file
from tgsession_lint.literals import origin, strings_in, text_of
from tgsession_lint.nodes import children, dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.project import Module

_MAX_HOPS = 6
_SUFFIX = r"\.[A-Za-z]\w{0,9}$"
# Methods that give the same path, or one whose end is that of their last argument.
_SAME_END = frozenset({"absolute", "resolve", "expanduser", "as_posix", "lower", "strip"})
_PASS_ON = frozenset({"join", "Path", "PurePath", "str", "fspath", "abspath", "realpath", "expanduser"})
_END_GIVEN = frozenset({*_PASS_ON, "joinpath", "with_name", "with_suffix"})
_LISTS = frozenset({"glob", "rglob", "iglob"})
_TESTS = frozenset({"endswith", "match", "fnmatch"})


def is_session_file(ask: Evaluator, module: Module, node: Any) -> bool:
    """Whether the path *node* names a session file: by its end, by a test of its end, or else by any text in it."""
    end = _end(ask, module, node, _MAX_HOPS)
    return end if end is not None else _says_anywhere(ask, module, node)


def _end(ask: Evaluator, module: Module, node: Any, hops: int) -> bool | None:
    """Whether the end of *node* names a session file; None where it does not tell."""
    if hops == 0:
        return None
    text = text_of(node)
    if text is not None:
        return _text_says(text)
    match node:
        case cst.FormattedString(parts=[*_, last]):
            ended = last.value if isinstance(last, cst.FormattedStringText) else None
            return _text_says(ended) if ended is not None else _end(ask, module, getattr(last, "expression", None), hops)
        case cst.BinaryOperation(operator=cst.Add() | cst.Divide()):
            return _last_that_says(ask, module, [node.left, node.right], hops)
        case cst.Call():
            return _end_of_call(ask, module, node, hops)
        case cst.Await():
            return _end(ask, module, node.expression, hops)
        case cst.ListComp() | cst.GeneratorExp() | cst.SetComp():
            return _end_of_elements(ask, module, node, hops)
        case cst.Name() | cst.Attribute():
            return _end_of_name(ask, module, node, hops)
    return None


def _last_that_says(ask: Evaluator, module: Module, parts: list[Any], hops: int) -> bool | None:
    found = (_end(ask, module, part, hops) for part in reversed(parts))
    return next((end for end in found if end is not None), None)


def _end_of_call(ask: Evaluator, module: Module, call: cst.Call, hops: int) -> bool | None:
    func: Any = call.func
    name = (dotted_name(func) or "").rpartition(".")[2] or (func.attr.value if isinstance(func, cst.Attribute) else "")
    given = [arg.value for arg in call.args]
    if name == "removesuffix":
        return False
    if name == "replace" and len(given) > 1:  # of a text: `path.replace(".session", ".json")`
        return _end(ask, module, given[1], hops)
    if name in _SAME_END and isinstance(func, cst.Attribute) and not given:
        return _end(ask, module, func.value, hops)
    if name in _LISTS and given:
        return _end(ask, module, given[0], hops)
    return _last_that_says(ask, module, given, hops) if name in _END_GIVEN and given else None


def _end_of_elements(ask: Evaluator, module: Module, node: Any, hops: int) -> bool | None:
    if any(_tests_end(condition.test) for condition in node.for_in.ifs):
        return True
    return _end(ask, module, node.elt, hops - 1)


def _end_of_name(ask: Evaluator, module: Module, node: Any, hops: int) -> bool | None:
    where, source = origin(ask, module, node, holding=b".session")
    end = None if source is node else _end(ask, where, source, hops - 1)
    return end if end is not None else (_is_tested(module, node) or None)


def _text_says(text: str) -> bool | None:
    if names_session_file(text):
        return True
    return False if re.search(_SUFFIX, text) else None


def _tests_end(test: Any, name: str | None = None) -> bool:
    """Whether a condition asks for the ending of a session file, of *name* if there is one: `name.endswith(".session")`."""
    parts = [test]
    while parts:
        part = parts.pop()
        if isinstance(part, cst.BooleanOperation) and isinstance(part.operator, cst.And):
            parts += [part.left, part.right]
            continue
        of: Any = None
        if isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute) and part.func.attr.value in _TESTS:
            of = part.func.value
        elif isinstance(part, cst.Comparison) and isinstance(part.comparisons[0].operator, cst.Equal):
            of = part.left.value if isinstance(part.left, cst.Attribute) else None
        if of is not None and any(map(names_session_file, strings_in(part))):
            asked = dotted_name(of) or ""
            if name is None or asked in {name, f"{name}.name"}:
                return True
    return False


def _is_tested(module: Module, node: Any) -> bool:
    """Whether *node* stands where its own ending was asked for: in `if name.endswith(".session"):`, or after `if not …: continue`."""
    name = dotted_name(node)
    below: Any = node
    for above in module.tree.ancestors(node):
        if isinstance(above, cst.If) and below is above.body and _tests_end(above.test, name):
            return True
        if isinstance(above, cst.IndentedBlock) and any(_leaves_others(one, name) for one in _before(above, below)):
            return True
        if isinstance(above, (cst.FunctionDef, cst.Lambda)):
            return False
        below = above
    return False


def _before(block: cst.IndentedBlock, statement: Any) -> Iterator[Any]:
    for one in block.body:
        if one is statement:
            return
        yield one


def _leaves_others(statement: Any, name: str | None) -> bool:
    """`if not name.endswith(".session"): continue`."""
    if not isinstance(statement, cst.If) or statement.orelse is not None:
        return False
    test: Any = statement.test
    if not isinstance(test, cst.UnaryOperation) or not isinstance(test.operator, cst.Not):
        return False
    last: Any = statement.body.body[-1] if statement.body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, (cst.Continue, cst.Return, cst.Raise)) and _tests_end(test.expression, name)


# where the end does not tell


def _says_anywhere(ask: Evaluator, module: Module, node: Any) -> bool:
    if _says_session(node):
        return True
    names = [node] if isinstance(node, (cst.Name, cst.Attribute)) else _names_inside(node)
    for name in names:
        where, source = origin(ask, module, name, holding=b".session")
        if source is not name and (_end(ask, where, source, _MAX_HOPS) or _says_session(source)):
            return True
    return False


def _says_session(node: Any) -> bool:
    return any(map(names_session_file, strings_in(node)))


def _names_inside(node: Any) -> list[Any]:
    pending, found = [node], []
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Name):
            found.append(current)
        elif not isinstance(current, cst.Attribute):
            pending.extend(children(current))
    return found
