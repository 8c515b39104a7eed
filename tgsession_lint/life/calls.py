"""What a call does to the life of a client: Telethon's own methods, the project's functions, and everybody else's."""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import catalog, unmentioned
from tgsession_lint.life import inlining
from tgsession_lint.life.binding import settled
from tgsession_lint.life.state import (
    ABSENT,
    CLIENT,
    CLOSED,
    CLOSER,
    CLOSING,
    HANDED,
    OPEN,
    OPENING,
    STARTING,
    UNCLOSABLE,
    UNOPENED,
    Place,
    State,
)  # fmt: skip
from tgsession_lint.values import Class, ClientClass, External, Function, Method, Object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgsession_lint.life.run import Run
    from tgsession_lint.life.state import States

_OPENS = {"connect": OPENING, "start": STARTING, "__aenter__": STARTING, "__enter__": STARTING}
_CLOSES = frozenset({"disconnect", "run_until_disconnected", "__aexit__", "__exit__"})
_RUNS = frozenset({"run_until_complete", "run", "run_coroutine_threadsafe"})
_FUTURES = frozenset({"asyncio.ensure_future"})
# Where a bound `disconnect` is called too late, or by nobody who awaits it.
_USELESS_SINKS = frozenset({"atexit.register", "signal.signal", "add_signal_handler"})
_USELESS_IN_LOOP = frozenset({"callback", "push", "addCleanup"})
# Modules and functions of the standard library that keep what they are given, or give it to somebody who does.
_KEEPING = frozenset(
    {"threading", "multiprocessing", "concurrent", "queue", "contextvars", "dataclasses", "weakref.finalize", "builtins.setattr"}
)


def called(run: Run, node: cst.Call, state: State) -> States:
    """The states after the call *node*."""
    state = state.without(node)
    if node is run.site:
        return _built(run, node, state)
    if run.body.is_super(node):
        return [state], []
    if not state.places:
        return [state], [state]
    if _asserts_opening(run, node, state):
        return [state], []  # an assertion that fails says that the client did not connect
    own = _of_client(run, node, state)
    return own if own is not None else _of_anyone(run, node, state)


def _asserts_opening(run: Run, node: cst.Call, state: State) -> bool:
    """`self.assertTrue(client.connect())`."""
    if not isinstance(node.func, cst.Attribute) or not node.func.attr.value.startswith("assert"):
        return False
    for arg in node.args:
        call: Any = arg.value.expression if isinstance(arg.value, cst.Await) else arg.value
        func: Any = call.func if isinstance(call, cst.Call) else None
        if isinstance(func, cst.Attribute) and func.attr.value in _OPENS and run.body.had(state, func.value):
            return True
    return False


def _built(run: Run, node: cst.Call, state: State) -> States:
    """The client in question is built; one that was built here before goes on by itself."""
    before = [] if state.life == ABSENT else [settled(state)]
    made = State(UNOPENED, frozenset([Place(node, (), CLIENT)]), state.known)
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in catalog.OPENING_METHODS:
        fine, failed = _opens(run, node, made, STARTING)
        return fine + before, [state] if failed else []
    fine, _ = method(run, node, ("__init__",), made, node, given=node)
    return fine + before, [state]


def _of_client(run: Run, node: cst.Call, state: State) -> States | None:
    """A method of Telethon's on the client; None where the call is something else."""
    func: Any = node.func
    name, had = "", run.body.had(state, func)
    if any(place.role == CLOSER and not place.attributes for place in had):
        name = "disconnect"
    elif isinstance(func, cst.Attribute):
        had = run.body.had(state, func.value)
        if any(place.role == CLIENT and not place.attributes for place in had):
            name = func.attr.value
        elif node.args and _is_unbound(run, func) and run.body.had(state, node.args[0].value):
            name = func.attr.value  # TelegramClient.disconnect(client)
    if not name or any(isinstance(value, Function) for value in run.lives.value(run.body, func)):
        return None
    if name in _OPENS:
        return _opens(run, node, state, _OPENS[name])
    if name in _CLOSES:
        return _closes(run, node, state)
    return [state], [] if name == "is_connected" else [state]


def _is_unbound(run: Run, func: cst.Attribute) -> bool:
    return any(isinstance(v, Method) and isinstance(v.owner, ClientClass) for v in run.lives.value(run.body, func))


def _opens(run: Run, node: cst.Call, state: State, role: str) -> States:
    """In a loop the call gives an awaitable; without one it runs to the end. One that fails has opened nothing."""
    if run.body.in_loop or run.lives.is_driven(run.body, node):
        return [state.has([Place(node, (), role)])], []
    opened = state.now(OPEN)
    return [opened.has([Place(node, (), CLIENT)]) if role == STARTING else opened], [state]


def _closes(run: Run, node: cst.Call, state: State) -> States:
    if run.body.in_loop:
        return [state.has([Place(node, (), CLOSING)])], []
    closed = state.now(CLOSED)
    return [closed], [closed]


# anything else


def _of_anyone(run: Run, node: cst.Call, state: State) -> States:
    values = unmentioned.followed(run.lives.ask, run.lives.value(run.body, node.func))
    found: list[States] = []
    for value in values:
        if isinstance(value, Function):
            found.append(inlining.function(run, value, node, state))
        elif isinstance(value, Class):
            found.append(_made(run, value, node, state))
        elif isinstance(value, Object) and (methods := run.lives.methods(value.of, "__call__")):
            found += [inlining.function(run, one, node, state, receiver=node.func) for one in methods]
    if len(found) < len(values) or not found:
        found.append(_outside(run, node, state))
    fine = list(dict.fromkeys(one for ways, _ in found for one in ways))
    failed = list(dict.fromkeys(one for _, ways in found for one in ways))
    return fine, failed


def _made(run: Run, value: Class, node: cst.Call, state: State) -> States:
    """An object of the project's is made; its constructor may keep the client."""
    methods = run.lives.methods(value, "__init__")
    if methods:
        fine: list[State] = []
        failed: list[State] = []
        for one in methods:
            good, bad = inlining.function(run, one, node, state, receiver=node)
            fine, failed = fine + good, failed + bad
        return fine, failed
    kept = inlining.fields(run, value, node, state)
    if kept is not None:
        return [state.has(kept)], [state]
    return _outside(run, node, state)


def method(
    run: Run, node: Any, names: tuple[str, ...], state: State, root: Any, *, given: cst.Call | None = None
) -> States:
    """The first method of *names* that the object which *node* gives has in the project, run in place."""
    for name in names:
        methods = run.lives.methods_of(run.body, node if not isinstance(node, cst.WithItem) else node.item, name)
        if methods:
            fine: list[State] = []
            failed: list[State] = []
            for one in methods:
                good, bad = inlining.function(run, one, given, state, receiver=node, result=root)
                fine, failed = fine + good, failed + bad
            return fine, failed
    return [state], [state]


def _outside(run: Run, node: cst.Call, state: State) -> States:
    """A call that leaves the project, or that nobody can follow."""
    func: Any = node.func
    arguments = [arg.value for arg in node.args]
    had = [place for argument in arguments for place in run.body.inside(state, argument)]
    if not had and not any(inlining.closes(run, argument, state) for argument in arguments):
        return [state], [state] if run.lives.may_raise(run.body, node) else []
    names = frozenset(value.name for value in run.lives.value(run.body, func) if isinstance(value, External))
    named = func.attr.value if isinstance(func, cst.Attribute) else ""
    if names & catalog.WRAPS_AWAITABLES:
        return [state.has(place._replace(root=node) for place in had)], [state]
    if names & catalog.RUNNERS or named in _RUNS:
        return driven(run, node, arguments, state)
    roles = {place.role for place in had if not place.attributes}
    if names & catalog.CLOSING and CLIENT in roles:
        return [state.has([Place(node, (), UNCLOSABLE)])], []
    if named == "create_task" or names & (catalog.WANTS_COROUTINE | _FUTURES):
        return _scheduled(run, node, [place for place in had if place.role != CLOSING or names & _FUTURES], state)
    if _only_borrows(run, names, named, {place.role for place in had} or {CLOSER}):
        return [state], [state]
    return [state.now(HANDED)], [state.now(HANDED)]


def driven(run: Run, node: Any, awaitables: Iterable[Any], state: State) -> States:
    """*awaitables* run to their end; *node* has the result."""
    had = [place for awaitable in awaitables for place in run.body.inside(state, awaitable)]
    roles = {place.role for place in had if not place.attributes}
    if CLOSING in roles:
        closed = state.now(CLOSED)
        return [closed], [closed]
    if roles & {OPENING, STARTING}:
        opened = state.now(OPEN)
        given = [Place(node, (), CLIENT)] if STARTING in roles else []
        return [opened.has(given)], [state]
    return [state.has(place._replace(root=node) for place in had)], [state]


def _scheduled(run: Run, node: cst.Call, had: list[Place], state: State) -> States:
    """A task runs an awaitable some time, at the latest when it is awaited, and gives what that gives."""
    opens = any(place.role in {OPENING, STARTING} for place in had) and not run.lives.is_driven(run.body, node)
    return [(state.now(OPEN) if opens else state).has(place._replace(root=node) for place in had)], [state]


def _only_borrows(run: Run, names: frozenset[str], named: str, roles: set[str]) -> bool:
    """Whether some of what is called only looks at what it is given."""
    if roles == {CLOSER}:
        useless = bool(names & _USELESS_SINKS) or named in _USELESS_SINKS
        return useless or (run.body.in_loop and named in _USELESS_IN_LOOP)
    return any(_is_library(run, name) for name in names)


def _is_library(run: Run, name: str) -> bool:
    """Whether a name of the standard library or Telethon's only looks at what it is given."""
    first = name.partition(".")[0]
    if first in run.lives.ask.telethon_roots:
        return True
    if name in _KEEPING or first in _KEEPING:
        return False
    return name.removeprefix("builtins.") in _BUILTINS if first == "builtins" else first in sys.stdlib_module_names


_BUILTINS = frozenset(dir(builtins))
