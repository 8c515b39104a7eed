"""Session strings and api hashes that stand in the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import session_strings
from tgsession_lint.facts.sessions import argument
from tgsession_lint.frozen import frozen
from tgsession_lint.literals import text_of
from tgsession_lint.nodes import dotted_name, source_of
from tgsession_lint.values import ClientClass, Guard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module

_HASH_NAME = r"(?i)api[_-]?hash"
# Calls that give what they are given, as a setting or in a wrapper: `Field("…")`, `SecretStr("…")`.
_HAND_ON = frozenset({"Field", "SecretStr", "str"})
_SHORTEST = 32


@frozen
class Secret:
    """A literal that is a credential; what it says is kept out of it on purpose."""

    node: Node
    kind: str


def secrets(ask: Evaluator, module: Module) -> Iterator[Secret]:
    """Every session string and api hash in the literals of *module*."""
    for node in module.tree.strings:
        text = text_of(node)
        if text is None or len(text) < _SHORTEST:
            continue
        if any(True for _ in session_strings.find(text)):
            yield Secret(node, "session string")
        elif session_strings.looks_like_api_hash(text) and _is_api_hash(ask, module, node):
            yield Secret(node, "api hash")


def _is_api_hash(ask: Evaluator, module: Module, node: Node) -> bool:
    """Whether the code says that the literal is an api hash: by its name, its key or its place in a call."""
    below: Node = node
    for above in module.tree.ancestors(node):
        match above:
            case cst.Arg():
                if above.keyword is not None and above.keyword.value != "default":
                    return bool(re.search(_HASH_NAME, above.keyword.value))
            case cst.Call():
                if _third_of_client(ask, module, above, node) or _default_of(above, below):
                    return True
                if not _hands_on(above, below):
                    return False
            case cst.DictElement():
                return bool(re.search(_HASH_NAME, _text(above.key)))
            case cst.Assign():
                return any(re.search(_HASH_NAME, _text(target.target)) for target in above.targets) and _takes(above, node)
            case cst.AnnAssign() | cst.NamedExpr():
                return bool(re.search(_HASH_NAME, _text(above.target)))
            case cst.Param():
                return bool(re.search(_HASH_NAME, above.name.value))
            case cst.BaseCompoundStatement():
                return False
        below = above
    return False


def _text(node: Any) -> str:
    return text_of(node) or source_of(node)


def _takes(statement: cst.Assign, node: Node) -> bool:
    """Whether the target that is called so gets this literal: `API_ID, API_HASH = 1, "…"`."""
    value = statement.value
    for target in statement.targets:
        if isinstance(target.target, cst.Tuple) and isinstance(value, cst.Tuple):
            pairs = zip(target.target.elements, value.elements, strict=False)
            return any(given.value is node and re.search(_HASH_NAME, _text(name.value)) for name, given in pairs)
    return True


def _third_of_client(ask: Evaluator, module: Module, call: cst.Call, node: Node) -> bool:
    builds = any(isinstance(value, (ClientClass, Guard)) for value in ask.value(module, call.func))
    return builds and argument(call, 2, "api_hash") is node


def _default_of(call: cst.Call, arg: Node) -> bool:
    """`os.getenv("API_HASH", "…")`, `add_argument("--api-hash", default="…")`."""
    if not call.args or arg is call.args[0]:
        return False
    names = (text_of(other.value) for other in call.args if other is not arg and other.keyword is None)
    return any(re.search(_HASH_NAME, name or "") for name in names)


def _hands_on(call: cst.Call, arg: Any) -> bool:
    """Whether what *call* gives is *arg*: `API_HASH = config(default="…")`, `api_hash: str = Field("…")`."""
    name = (dotted_name(call.func) or "").rpartition(".")[2]
    return arg.keyword is not None or name in _HAND_ON
