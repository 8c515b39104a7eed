"""`TelegramClient(…)` -> `guarded_client(…)`: the same arguments, and what the guard wants to know besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.layout import Span
from tgsession_lint.mending.constructors import names_for
from tgsession_lint.mending.draft import inside_strings
from tgsession_lint.mending.imports import GUARD, trouble
from tgsession_lint.names import lookup
from tgsession_lint.nodes import dotted_name, source_of
from tgsession_lint.values import ClientClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.draft import Draft
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree

TOKEN = "bot_token"  # noqa: S105 - the name of an argument


def refuse(facts: Facts, call: cst.Call, start: Sequence[cst.Arg]) -> NoFix | None:
    """Why *call*, opened by `start(…)` with those arguments, cannot be a call of the guard; None where it can."""
    found = trouble(facts, call) or _of_class(facts, call) or _of_session(call, start)
    return found or _of_start(start)


def refuse_some(facts: Facts, starts: Sequence[Sequence[cst.Arg]]) -> NoFix | None:
    """Why a client that is opened in several places, with the arguments *starts*, cannot be opened in one.

    `if token: client.start(bot_token=token)` is no reason: a token that is empty is none to the guard either.
    """
    given = [token(args) for args in starts]
    if None not in given or all(one is None or _is_asked_for(facts.module.tree, one) for one in given):
        return None
    return NoFix("the client is started with a token in one place, and without in another")


def _is_asked_for(tree: Tree, given: cst.Arg) -> bool:
    """Whether a token is used just where there is one."""
    text = source_of(given.value)
    tests = [source_of(above.test) for above in tree.ancestors(given) if isinstance(above, cst.If)]
    return bool(tests) and all(test in {text, f"{text} is not None"} for test in tests)


def put(facts: Facts, draft: Draft, call: cst.Call, start: Iterable[cst.Arg]) -> set[Node]:
    """Make *call* one of the guard; the nodes that name the client class no more."""
    pieces, gone = _pieces(facts, draft.layout, call, start)
    for span, text in pieces:
        draft.put(span, text)
    return gone


def head(facts: Facts, draft: Draft, call: cst.Call, start: Iterable[cst.Arg], at: Node) -> tuple[str, set[Node]]:
    """The text of *call* as one of the guard, to stand at the statement *at*, and the nodes that name the client class no more."""
    pieces, gone = _pieces(facts, draft.layout, call, start)
    whole = draft.layout.span(call)
    found, end = [], whole.start
    for span, text in pieces:
        found += [draft.layout.text(Span(end, span.start)), text]
        end = span.end
    text = "".join([*found, draft.layout.text(Span(end, whole.end))])
    rows = range(whole.start.row, whole.end.row + 1)
    if not any(row in rows for row in inside_strings(draft.layout, [call])):
        line = next(one for one in facts.module.tree.ancestors(call) if isinstance(one, cst.SimpleStatementLine))
        text = text.replace(f"\n{draft.layout.indent(line)}", f"\n{draft.layout.indent(at)}")
    return text, gone


def _pieces(facts: Facts, layout: Layout, call: cst.Call, start: Iterable[cst.Arg]) -> tuple[list[tuple[Span, str]], set[Node]]:
    """What of *call* is replaced by what, in order, and the nodes that name the client class no more."""
    plain = _is_telethons(facts, call.func)
    found = [(layout.outer(call.func), GUARD)]
    for place, name in sorted(_own_names(facts, call).items()):
        at = layout.outer(call.args[place].value).start
        found.append((Span(at, at), f"{name}="))
    if more := ", ".join(_more(call, start, plain=plain)):
        end = layout.span(call).end
        at = layout.outer(call.args[-1].value).end if call.args else end._replace(column=end.column - 1)
        found.append((Span(at, at), f", {more}" if call.args else more))
    return found, {_root(call.func)} if plain else set()


def _own_names(facts: Facts, call: cst.Call) -> dict[int, str]:
    """The names that arguments need which a constructor of the project takes by their places."""
    found: dict[int, str] = {}
    for value in facts.ask.value(facts.module, call.func):
        names = names_for(facts, call, value.of) if isinstance(value, ClientClass) and value.of is not None else {}
        found |= names if isinstance(names, dict) else {}
    return found


def _more(call: cst.Call, start: Iterable[cst.Arg], *, plain: bool) -> list[str]:
    """What the guard is told besides the arguments of *call*."""
    more = [] if plain else [f"client_class={source_of(call.func)}"]
    given = token(start)
    return more if given is None else [*more, f"{TOKEN}={source_of(given.value)}"]


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
        names = names_for(facts, call, value.of) if value.of is not None else {}
        if isinstance(names, NoFix):
            return names
    return None


def _of_session(call: cst.Call, start: Sequence[cst.Arg]) -> NoFix | None:
    """A session that is new with every run: there is nobody logged in to it, unless a bot, by its token."""
    first = next((arg.value for arg in call.args if arg.keyword is None or arg.keyword.value == "session"), None)
    if token(start) is not None:
        return None
    if isinstance(first, cst.Name) and first.value == "None":
        return NoFix("the session is kept in memory: with every run it is a new one, that nobody is logged in to")
    if isinstance(first, cst.Call) and not first.args:
        name = (dotted_name(first.func) or "").rpartition(".")[2]
        if name in {"StringSession", "MemorySession"}:
            return NoFix(f"`{name}()` is a new session, that nobody is logged in to: `tgsession-guard auth` makes one")
    return None


def _of_start(args: Sequence[cst.Arg]) -> NoFix | None:
    if any(arg.star or _has_effect(arg.value) for arg in args):
        return NoFix("the arguments of `start(…)` do more than to give a value")
    tokens = {source_of(arg.value) for arg in args if _is_token(arg)}
    return NoFix("the client is started with more than one token") if len(tokens) > 1 else None


def token(start: Iterable[cst.Arg]) -> cst.Arg | None:
    """Of the arguments of `start(…)` the one that the guard takes too; the others log a person in, which it never does."""
    return next((arg for arg in start if _is_token(arg)), None)


def _is_token(arg: cst.Arg) -> bool:
    return arg.keyword is not None and arg.keyword.value == TOKEN


def _has_effect(node: Any) -> bool:
    """Whether *node* binds a name, or waits for something: nothing that could be left out."""
    pending: list[Any] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, (cst.NamedExpr, cst.Await, cst.Yield)):
            return True
        if not isinstance(current, cst.Lambda):
            pending.extend(current.children)
    return False
