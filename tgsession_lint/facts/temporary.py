"""Paths in temporary folders: what a test or a program puts there, nobody else logs in from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.literals import origin
from tgsession_lint.names import lookup
from tgsession_lint.nodes import dotted_name

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.project import Module

_MAX_HOPS = 6
_PASS_ON = frozenset({"join", "Path", "PurePath", "str", "fspath", "abspath", "realpath"})
_OF_PATH = frozenset({"absolute", "resolve", "joinpath", "with_name", "with_suffix", "mktemp"})
_FIXTURES = frozenset({"tmp_path", "tmpdir", "tmp_path_factory", "tmpdir_factory"})
_MAKES_FOLDER = frozenset({"tempfile.mkdtemp", "tempfile.TemporaryDirectory"})


def is_temporary(ask: Evaluator, module: Module, node: Any, hops: int = _MAX_HOPS) -> bool:
    """Whether the path *node* begins in a folder that a test or a program has made for itself."""
    start = _start(node)
    if hops == 0 or not isinstance(start, cst.Name):
        return isinstance(start, cst.Call) and _makes_folder(ask, module, start)
    found = lookup(module.tree, start.value, module.tree.scope_at(start), start)
    bindings = found[1] if found is not None else []
    if len(bindings) != 1:
        return False
    kind, value = bindings[0].kind, bindings[0].value
    if kind == "param":
        return start.value in _FIXTURES
    if kind == "with":
        return isinstance(value, cst.Call) and _makes_folder(ask, module, value)
    where, source = origin(ask, module, start)
    return source is not start and is_temporary(ask, where, source, hops - 1)


def _start(node: Any) -> Any:
    """The part of a path expression that stands first."""
    while True:
        match node:
            case cst.BinaryOperation():
                node = node.left
            case cst.FormattedString(parts=[cst.FormattedStringExpression() as first, *_]):
                node = first.expression
            case cst.Call(func=cst.Attribute(value=of, attr=cst.Name(value=name))) if name in _OF_PATH:
                node = of
            case cst.Call(args=[first, *_]) if (dotted_name(node.func) or "").rpartition(".")[2] in _PASS_ON:
                node = first.value
            case _:
                return node


def _makes_folder(ask: Evaluator, module: Module, call: cst.Call) -> bool:
    return bool(ask.outside_names(module, call.func) & _MAKES_FOLDER)
