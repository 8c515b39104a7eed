"""A client that outlives the code which builds it -> a guard without a block, which the client's own `disconnect()` leaves.

`client = await guarded_client(…).aopen()`, for one that goes into a registry, under a name of the module, onto an object that
others close, to callers out of view. Who disconnects it then goes on to do so, and nothing but the construction has to change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.frozen import frozen, replace
from tgsession_lint.layout import Span
from tgsession_lint.mending import callers, elsewhere, heads, imports, login, openers, opening_place, reconnecting, tokens, words
from tgsession_lint.mending.draft import Draft
from tgsession_lint.mending.moving import names_rebound
from tgsession_lint.mending.seats import seats
from tgsession_lint.names import home_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.seats import Seat
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Scope, Tree

MESSAGE = "Open `guarded_client(…)` without a block: the client's `disconnect()` gives the session up"

_OPENING = frozenset({"connect", "start"})
_RUNS = frozenset({"run", "run_until_complete"})
_LATER = "the client is built by an expression that is evaluated later, or once for all calls"
_UNAWAITED = "what opens the client is not awaited, so that it is not clear when it is open"
_ELSEWHERE = "enter the guard where it is opened"


@frozen
class Opened:
    """What is known of a client that is to be opened where it is built.

    `lines` are the statements that open it now and go; `args` what `start(…)` is given anywhere, `starts` the same for each place.
    """

    seats: tuple[Seat, ...]
    lines: tuple[cst.SimpleStatementLine, ...]
    args: tuple[cst.Arg, ...]
    starts: tuple[tuple[cst.Arg, ...], ...]
    place: Any = None
    """The statement before which it is to be built and opened, where that is not the one that builds it now."""

    @property
    def uses(self) -> list[Node]:
        """Where it is used, as far as that can be seen."""
        return [use for seat in self.seats for use in seat.uses]


def mend(facts: Facts, call: cst.Call, outer: Node, start: tuple[cst.Arg, ...], layout: Layout) -> Fix | NoFix:
    """The guard, opened in the place of the client that *call* builds, and *outer* starts at once where that is another node."""
    frame = facts.module.tree.scope_at(outer).function
    if frame is not None and frame.kind == "lambda":
        return NoFix(_LATER)
    if frame is None or frame.kind != "function":
        return NoFix(f"a client of the module itself {_ELSEWHERE}")
    refused = _of_place(facts, outer, frame)
    if refused is not None:
        return refused
    found = _opened(facts, outer, start)
    if isinstance(found, NoFix):
        return found
    if not _has_a_life(facts, outer, found, frame):
        return NoFix(f"nothing disconnects `{found.seats[0].name}`, and nothing keeps it: {_ELSEWHERE}")
    several = heads.refuse_some(facts, found.starts)
    choice = tokens.by_choice(facts, call, found.uses) if several is not None else None
    if choice is not None:
        found, several = replace(found, args=(choice,)), None
    late = _of_token(facts, call, found) if choice is None else None
    refused = heads.refuse(facts, call, found.args) or late or reconnecting.refuse(facts.module.tree, found.seats) or several
    if refused is not None:
        return refused
    placed = opening_place.find(facts, call, outer, found.seats)
    if isinstance(placed, NoFix):
        return placed
    found = replace(found, place=placed)
    handed = list(callers.uses(facts, frame)) if _is_returned(facts, outer, found) else []
    remark = login.refuse(facts, found.uses, found.args, _scope(facts, outer, frame, found), {frame}, handed)
    if isinstance(remark, NoFix):
        return remark
    return _rewritten(facts, call, outer, found, layout, remark)


def mend_given(facts: Facts, outer: Node, layout: Layout) -> Fix | NoFix:
    """The guard that *outer*, the call of a function, gives from now on in the place of a client: opened there."""
    frame = facts.module.tree.scope_at(outer).function
    if frame is None or frame.kind != "function":
        return NoFix(f"a client of the module itself {_ELSEWHERE}")
    found = _of_place(facts, outer, frame) or _opened(facts, outer, ())
    if isinstance(found, NoFix):
        return found
    if not _has_a_life(facts, outer, found, frame):
        return NoFix(f"nothing disconnects `{found.seats[0].name}`, and nothing keeps it: {_ELSEWHERE}")
    if heads.token(found.args) is not None:
        return NoFix("the token that the client is started with would have to reach the guard")
    refused = reconnecting.refuse(facts.module.tree, found.seats)
    remark = refused or login.refuse(facts, found.uses, found.args, _scope(facts, outer, frame, found), {frame})
    if isinstance(remark, NoFix):
        return remark
    draft = Draft(layout)
    span, in_loop = layout.outer(outer), runs_in_loop(facts.module, outer)
    if in_loop:
        draft.insert(span.start, "await ")
    draft.insert(span.end, ".aopen()" if in_loop else ".open()")
    _drop_openings(draft, found)
    return draft.fix(MESSAGE + remark, safe=False, isolated=True)


def _scope(facts: Facts, outer: Node, frame: Scope, found: Opened) -> Scope:
    """Whose business the client is: a method that opens what its object keeps may have any name."""
    keeps = frame.parent is not None and frame.parent.kind == "class" and any("." in seat.name for seat in found.seats)
    return frame.parent if keeps and frame.parent is not None else facts.module.tree.scope_at(outer)


def _drop_openings(draft: Draft, found: Opened, but: Any = None) -> None:
    for line in (one for one in found.lines if one is not but):
        first, last = draft.layout.rows(line)
        draft.drop(first, last, draft.layout.comment(line))


def is_elsewhere(found: Fix | NoFix) -> bool:
    """Whether *found* says of a client no more than that some other code opens it."""
    return isinstance(found, NoFix) and found.reason.endswith(_ELSEWHERE)


def _is_returned(facts: Facts, outer: Node, found: Opened) -> bool:
    """Whether the function hands the client to its callers."""
    parents = [facts.module.tree.parent(node) for node in (outer, *found.uses)]
    return any(isinstance(parent, (cst.Return, cst.Element)) for parent in parents)


def _of_place(facts: Facts, outer: Node, frame: Scope) -> NoFix | None:
    """Why an `await` cannot stand where the client is built."""
    tree = facts.module.tree
    parent: Any = tree.parent(outer)
    if isinstance(parent, cst.Expr):
        return NoFix("nothing uses the client")
    if isinstance(parent, cst.Attribute):
        return NoFix(f"the client has no name here, only its `{parent.attr.value}` is used")
    for above in tree.ancestors(outer):
        if above is frame.node:
            break
        if isinstance(above, (cst.GeneratorExp, cst.Lambda, cst.Param, cst.ClassDef, cst.Decorator)):
            return NoFix(_LATER)
    ended = [one for one in tree.uses.get("log_out", ()) if tree.scope_at(one).function is frame and tree.order[one] < tree.order[outer]]
    if ended:
        return NoFix("`log_out()` has ended the login before: nobody is logged in to the session here")
    if runs_in_loop(facts.module, outer):
        return None
    named = {one: facts.ask.outside_names(facts.module, one.func) for one in tree.calls_in.get(frame, ())}
    is_set = any("asyncio.set_event_loop" in names and tree.order[one] < tree.order[outer] for one, names in named.items())
    for one, names in named.items():
        ready = is_set and "asyncio.new_event_loop" in names and tree.order[one] < tree.order[outer]
        if names & openers.OTHER_LOOPS and not ready:
            return NoFix("the function makes an event loop of its own, and the client could not be used there: make `async def` of it")
    return None


def _opened(facts: Facts, outer: Node, start: tuple[cst.Arg, ...]) -> Opened | NoFix:
    """How the client is opened now, in the same kind of code as it is built."""
    tree = facts.module.tree
    found = tuple(seats(tree, outer))
    uses = list(dict.fromkeys(use for seat in found for use in seat.uses if not _is_of_another(tree, outer, use, seat)))
    in_loop = runs_in_loop(facts.module, outer)
    at_once = isinstance(outer, cst.Await) or (isinstance(outer, cst.Call) and _last(outer.func) == "start")
    if at_once and in_loop and not isinstance(outer, cst.Await):
        return NoFix(_UNAWAITED)
    where = [] if at_once else [one for use in uses for one in openers.openings_of(facts, use)]
    if not at_once and not where:
        name = found[0].name if found else "the client"
        return NoFix(f"nothing here opens `{name}`: {_ELSEWHERE}")
    if not at_once and not any(runs_in_loop(module, node) is in_loop for module, node in where):
        there = ("no event loop runs", "one does") if not in_loop else ("an event loop runs", "none does")
        return NoFix(f"the client is built where {there[0]}, and opened where {there[1]}: {_ELSEWHERE}")
    lines, args, starts = [], list(start), [start] if at_once else []
    for use in uses:
        call = _opening_call(facts, use)
        if call is not None and in_loop and runs_in_loop(facts.module, call) and not _is_awaited(tree, call):
            return NoFix(_UNAWAITED)
        if call is not None:
            args += call.args
            starts += [tuple(call.args)] if reconnecting.method(facts.module.tree, use) == "start" else []
            line = next((one for one in tree.ancestors(call) if isinstance(one, cst.SimpleStatementLine)), None)
            if line is not None and all(seat.is_alone for seat in found) and _goes(facts, outer, line, found, in_loop):
                lines.append(line)
    return Opened(found, tuple(dict.fromkeys(lines)), tuple(args), tuple(starts))


def _is_of_another(tree: Tree, outer: Node, use: Node, seat: Seat) -> bool:
    """Whether *use* is of what *seat* had before this client: it comes first, and no loop comes back to it."""
    if seat.is_alone or tree.order[use] > tree.order[outer] or tree.scope_at(use).function is not tree.scope_at(outer).function:
        return False
    loops = {above for above in tree.ancestors(outer) if isinstance(above, (cst.For, cst.While))}
    return loops.isdisjoint(tree.ancestors(use))


def _opening_call(facts: Facts, use: Node) -> cst.Call | None:
    """`client.connect(…)` or `client.start(…)` at the *use* of a client."""
    tree = facts.module.tree
    return elsewhere.call_at(tree, use) if elsewhere.method_at(tree, use) in _OPENING else None


def _is_awaited(tree: Tree, call: Node) -> bool:
    for above in tree.ancestors(call):
        if isinstance(above, (cst.Await, cst.Return)):
            return True
        if isinstance(above, (cst.BaseStatement, cst.BaseSmallStatement)):
            return False
    return False


def _goes(facts: Facts, outer: Node, line: Any, found: Sequence[Seat], in_loop: bool) -> bool:
    """Whether *line* does nothing but open the client, right where it was built, and something stays beside it."""
    tree = facts.module.tree
    opening = next((one for seat in found if (one := words.opening(line, seat.name)) is not None), None)
    if opening is None or (in_loop and not opening.awaited):
        return False
    block: Any = tree.parent(line)
    built: Any = next(one for one in tree.ancestors(outer) if isinstance(one, cst.SimpleStatementLine))
    around: Any = tree.parent(block)
    own: Any = tree.parent(built)
    statement = around if block is not own and isinstance(around, cst.Try) and around.body is block else line
    if not isinstance(block, cst.IndentedBlock) or len(block.body) < 2 or len(line.body) > 1:
        return False
    return own is tree.parent(statement) and tree.order[statement] > tree.order[built]


def _has_a_life(facts: Facts, outer: Node, found: Opened, frame: Scope) -> bool:
    """Whether something outside of the function gets the client, or something disconnects it; else it could be opened but once."""
    tree = facts.module.tree
    if not found.seats or any(home_of(tree, seat.name, frame) is not frame for seat in found.seats):
        return True
    return _is_returned(facts, outer, found) or any(_is_kept(facts, use) or reconnecting.method(facts.module.tree, use) == "disconnect" for use in found.uses)


def _is_kept(facts: Facts, use: Node) -> bool:
    """Whether *use* gives the client to something that may keep it."""
    tree = facts.module.tree
    below: Node = use
    for above in tree.ancestors(use):
        match above:
            case cst.Yield():
                return True
            case cst.Call() if above.func is not below and _last(above.func) in _RUNS:
                return False
            case cst.WithItem() | cst.Await() | cst.Attribute():
                return False
            case cst.Assign() if above.value is below:
                return below is not use or any(not isinstance(target.target, cst.Name) for target in above.targets)
            case cst.Expr() | cst.AugAssign():
                return below is not use or isinstance(above, cst.AugAssign)
            case cst.BaseStatement() | cst.BaseSmallStatement():
                return False
            case _:
                below = above
    return False


def _of_token(facts: Facts, call: cst.Call, found: Opened) -> NoFix | None:
    """Why the token of a bot is not known yet where the client is built."""
    given = heads.token(found.args)
    if given is None:
        return None
    if any(len(seat.stores) > 1 and not seat.is_alone for seat in found.seats):
        return NoFix("several clients have the name, and only one of them may be started with the token")
    tree = facts.module.tree
    if given in call.args or tree.order[given] < tree.order[call] or any(given in one.args for one in _calls_round(facts, call)):
        return None
    if tree.scope_at(given).function is not tree.scope_at(call).function:
        return NoFix("the token is not known yet where the client is built")
    late = names_rebound(tree, given, given, call)
    return NoFix(f"`{late}`, which is in the token, is given a value after the client is built") if late else None


def _calls_round(facts: Facts, call: cst.Call) -> list[cst.Call]:
    return [one for one in facts.module.tree.ancestors(call) if isinstance(one, cst.Call)]


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")


# the rewriting


def _rewritten(facts: Facts, call: cst.Call, outer: Node, found: Opened, layout: Layout, remark: str) -> Fix:
    draft = Draft(layout)
    in_loop = runs_in_loop(facts.module, outer)
    whole, inner = layout.outer(outer), layout.outer(call)
    opens = any(words.opening(found.place, seat.name) is not None for seat in found.seats)
    _drop_openings(draft, found, but=found.place if opens else None)
    if found.place is not None:
        text, gone = heads.head(facts, draft, call, found.args, found.place)
        opening_place.move(draft, layout, call, found.place, f"await {text}.aopen()" if in_loop else f"{text}.open()", opens=opens)
    else:
        draft.erase(whole.start, inner.start)
        if in_loop:
            draft.insert(whole.start, "await ")
        gone = heads.put(facts, draft, call, found.args)
        draft.put(Span(inner.end, whole.end), ".aopen()" if in_loop else ".open()")
    imports.need(facts, draft, call)
    imports.release(facts, draft, gone)
    return draft.fix(MESSAGE + remark, safe=False, isolated=True)
