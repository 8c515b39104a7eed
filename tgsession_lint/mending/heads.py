"""`TelegramClient(…)` -> `guarded_client(…)`: the same arguments, and what the guard wants to know besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.mending.imports import GUARD, trouble
from tgsession_lint.names import lookup
from tgsession_lint.tree import dotted_name, source_of
from tgsession_lint.values import ClientClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgsession_lint.facts import Facts
    from tgsession_lint.mending.draft import Draft
    from tgsession_lint.tree import Node
    from tgsession_lint.values import Class

TOKEN = "bot_token"  # noqa: S105 - the name of an argument


def refuse(facts: Facts, call: cst.Call, start: Iterable[cst.Arg]) -> NoFix | None:
    """Why *call*, opened by `start(…)` with those arguments, cannot be a call of the guard; None where it can."""
    found = trouble(facts, call) or _of_class(facts, call) or _of_session(call)
    return found or _of_start(tuple(start))


def put(facts: Facts, draft: Draft, call: cst.Call, start: Iterable[cst.Arg]) -> set[Node]:
    """Make *call* one of the guard; the nodes that name the client class no more."""
    draft.put(draft.layout.outer(call.func), GUARD)
    plain = _is_telethons(facts, call.func)
    more = [] if plain else [f"client_class={source_of(call.func)}"]
    more += [f"{TOKEN}={source_of(arg.value)}" for arg in start]
    if more and call.args:
        draft.insert(draft.layout.outer(call.args[-1].value).end, ", " + ", ".join(more))
    elif more:
        end = draft.layout.span(call).end
        draft.insert(end._replace(column=end.column - 1), ", ".join(more))
    return {_root(call.func)} if plain else set()


def head(facts: Facts, draft: Draft, call: cst.Call, start: Iterable[cst.Arg]) -> tuple[str, set[Node]]:
    """The text of *call* as one of the guard, to stand elsewhere, and the nodes that name the client class no more."""
    plain = _is_telethons(facts, call.func)
    more = [] if plain else [f"client_class={source_of(call.func)}"]
    more += [f"{TOKEN}={source_of(arg.value)}" for arg in start]
    layout = draft.layout
    whole, func = layout.span(call), layout.outer(call.func)
    last = layout.outer(call.args[-1].value).end if call.args else whole.end._replace(column=whole.end.column - 1)
    before = layout.text(type(whole)(func.end, last))
    after = layout.text(type(whole)(last, whole.end))
    added = ", ".join(more)
    return f"{GUARD}{before}{', ' if more and call.args else ''}{added}{after}", {_root(call.func)} if plain else set()


def _root(func: Any) -> Node:
    """The name that a dotted name begins with."""
    while isinstance(func, cst.Attribute):
        func = func.value
    return func  # type: ignore[no-any-return]


def _is_telethons(facts: Facts, func: Any) -> bool:
    """Whether *func* is Telethon's own class, which the guard builds by itself, under the name that it was imported by."""
    tree, root = facts.module.tree, _root(func)
    if not isinstance(root, cst.Name):
        return False
    found = lookup(tree, root.value, tree.scope_at(func), func)
    bindings = found[1] if found is not None else []
    sources = {_source(binding.node, binding.value) for binding in bindings}
    stars = {dotted_name(star.module) for star in tree.scope.stars} if found is None else set()
    return bool(sources | stars) and all((source or "").partition(".")[0] == "telethon" for source in sources | stars)


def _source(node: Any, alias: Any) -> str | None:
    """The module that an import takes *alias* from; None for what is no import."""
    if isinstance(node, cst.ImportFrom):
        return None if node.relative else dotted_name(node.module)
    return dotted_name(alias.name) if isinstance(node, cst.Import) else None


def _of_class(facts: Facts, call: cst.Call) -> NoFix | None:
    if not isinstance(call.func, cst.Name) and dotted_name(call.func) is None:
        return NoFix("the class is worked out where it is called: pass it to the guard as `client_class`")
    for value in facts.ask.value(facts.module, call.func):
        if not isinstance(value, ClientClass):
            return NoFix("the class may be another one that is no client")
        own = value.of is not None and _own_constructor(facts, value.of, set())
        if own:
            return NoFix(f"`{value.name}` has a constructor of its own, whose arguments may not be those of the guard")
    return None


def _own_constructor(facts: Facts, plain: Class, seen: set[Class]) -> bool:
    """Whether a class of the project, or one that it descends from, says by itself how it is built."""
    if plain in seen:
        return False
    seen.add(plain)
    if {"__init__", "__new__", "__call__"} & plain.scope.bindings.keys():
        return True
    node: Any = plain.scope.node
    bases = [value for base in node.bases for value in facts.ask.value(plain.module, base.value)]
    return any(isinstance(base, ClientClass) and base.of is not None and _own_constructor(facts, base.of, seen) for base in bases)


def _of_session(call: cst.Call) -> NoFix | None:
    """A session that is new with every run: there is nobody logged in to it, and nothing to guard."""
    first = next((arg.value for arg in call.args if arg.keyword is None or arg.keyword.value == "session"), None)
    if isinstance(first, cst.Name) and first.value == "None":
        return NoFix("the session is kept in memory: with every run it is a new one, that nobody is logged in to")
    if isinstance(first, cst.Call) and not first.args:
        name = (dotted_name(first.func) or "").rpartition(".")[2]
        if name in {"StringSession", "MemorySession"}:
            return NoFix(f"`{name}()` is a new session, that nobody is logged in to: `tgsession-guard auth` makes one")
    return None


def _of_start(args: tuple[cst.Arg, ...]) -> NoFix | None:
    for arg in args:
        keyword = arg.keyword.value if arg.keyword is not None else None
        if keyword != TOKEN or arg.star:
            what = f"{keyword}=" if keyword else ""
            return NoFix(f"`start({what}…)` logs in, which the guard never does: log in once with `tgsession-guard auth`")
    return NoFix("the client is started more than once") if len(args) > 1 else None
