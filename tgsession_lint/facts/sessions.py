"""Which session a client is built on, by what the code calls it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.constructions import constructions
from tgsession_lint.frozen import frozen
from tgsession_lint.literals import environment_variable, origin, text_of
from tgsession_lint.values import Guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.mentions import Mentions
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module

_WRAPPERS = frozenset({"StringSession", "SQLiteSession", "Path", "PurePath", "str", "SQLiteStorage", "resolve", "expanduser"})

_MAX_HOPS = 8


@frozen
class SessionUse:
    """A client or guard on a session that the code names: a file, or an environment variable that holds it."""

    node: Node
    kind: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes two uses the same session."""
        return (self.kind, self.name)


def session_uses(ask: Evaluator, module: Module) -> Iterator[SessionUse]:
    """Every client built and guard called in *module* whose session has a name that can be read off."""
    for built in constructions(ask, module):
        if isinstance(built.node, cst.Call):
            yield from _use(ask, module, built.node)
    for call in module.tree.calls:
        if any(isinstance(value, Guarded) for value in ask.value(module, call)):
            yield from _use(ask, module, call)


def shared(ask: Evaluator, module: Module, mentions: Mentions) -> Iterator[tuple[SessionUse, str]]:
    """The sessions that the test or debug script *module* shares with the application, each with where that uses it."""
    config = ask.project.config
    if not config.is_test(module.path):
        return
    uses = list(session_uses(ask, module))
    if not uses:
        return
    elsewhere = _of_application(ask, module, mentions)
    yield from ((use, elsewhere[use.key]) for use in uses if use.key in elsewhere)


def _of_application(ask: Evaluator, module: Module, mentions: Mentions) -> dict[tuple[str, str], str]:
    """The sessions of the application that *module* belongs to, and the file where each is used first."""
    key = ("sessions", mentions.unit(module.path))
    if key not in ask.notes:
        found: dict[tuple[str, str], str] = {}
        config = ask.project.config
        for path in mentions.seeds_of(module.path):
            other = ask.project.parsed(path) if not config.is_test(path) else None
            for use in session_uses(ask, other) if other is not None else ():
                found.setdefault(use.key, config.relative(path))
        ask.notes[key] = found
    known: dict[tuple[str, str], str] = ask.notes[key]
    return known


def _use(ask: Evaluator, module: Module, call: cst.Call) -> Iterator[SessionUse]:
    given = argument(call, 0, "session")
    named = _named(ask, module, given) if given is not None else None
    if named is not None:
        yield SessionUse(call, *named)


def argument(call: cst.Call, index: int, keyword: str) -> Any:
    """The argument at *index* or called *keyword*; None if it is not given plainly."""
    for position, arg in enumerate(call.args):
        if arg.star:
            return None
        if arg.keyword is not None and arg.keyword.value == keyword:
            return arg.value
        if arg.keyword is None and position == index:
            return arg.value
    return None


def _named(ask: Evaluator, module: Module, node: Any, hops: int = _MAX_HOPS) -> tuple[str, str] | None:
    if not hops:  # `name = Path(name)`
        return None
    home, source = origin(ask, module, node, holding=b"")
    text = text_of(source)
    if text is not None:
        return _file(text)
    variable = environment_variable(ask, home, source)
    if variable is not None:
        return ("environment", variable)
    if isinstance(source, cst.BinaryOperation) and isinstance(source.operator, cst.Divide):
        return _named(ask, home, source.right, hops - 1)
    if isinstance(source, cst.Call):
        name = source.func.attr.value if isinstance(source.func, cst.Attribute) else getattr(source.func, "value", "")
        inner = source.args[0].value if source.args else getattr(source.func, "value", None)
        if name in _WRAPPERS and isinstance(inner, cst.CSTNode):
            return _named(ask, home, inner, hops - 1)
    return None


def _file(text: str) -> tuple[str, str] | None:
    """The session file that a name stands for; None where nothing is kept (`""`, a string session in the source)."""
    path = posixpath.normpath(text.replace("\\", "/")) if text else ""
    if len(path) > 255 or path in {"", "."}:
        return None
    while path.startswith(("../", "./")):
        path = path.partition("/")[2]
    return ("file", path.removesuffix(".session"))
