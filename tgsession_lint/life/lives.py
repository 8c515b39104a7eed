"""Every path of a client through the code that built it: how each ends, and by which steps it came there."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.frozen import frozen
from tgsession_lint.life.answers import Answers
from tgsession_lint.life.run import Run
from tgsession_lint.life.state import CLIENT, CLOSER, OPEN, State, is_variable

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.flow import Point
    from tgsession_lint.life.body import Body
    from tgsession_lint.life.state import States
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope


@frozen
class Ending:
    """A path that leaves the client open: the code of its steps since it was opened.

    `opened` opened it, `left` is the step that raised, or returned, or None where the code came to its end.
    """

    opened: Node
    left: Node | None
    how: str


class Lives(Answers):
    """Answers for one project; *strict* trusts no step of a clean-up."""

    def __init__(self, ask: Evaluator, *, strict: bool = False) -> None:
        super().__init__(ask)
        self.strict = strict
        self.steps = 0
        """How many steps the client in question has been followed."""
        self._ways_in: dict[Scope, dict[Point, list[State]]] = {}
        self._home: Module | None = None
        self._outcomes: dict[tuple[Scope, State, bool], States] = {}
        """For every client of one file: what is said of it depends on no other file that is looked at."""
        self._cut_short: dict[tuple[Scope, State, bool], States] = {}
        """Those of the client in question that would be others if no bound had been met on the way."""
        self._cuts = 0

    def ending(self, module: Module, site: Node) -> Ending | None:
        """A path on which the client built at *site* stays open, the plainest; None if there is none."""
        run = self._followed(module, site)
        body = run.body
        ends = [(body.flow.end, s) for s in run.states(body.flow.end) if self._is_left(body, s)]
        ends += [(body.flow.raised, s) for s in run.states(body.flow.raised) if self._is_left(body, s.without(body.result))]
        ends += run.lost()
        paths = [run.path(*end) for end in ends]
        return min(map(_ending, paths), key=lambda ending: _PLAIN.index(ending.how)) if paths else None

    def outliving(self, module: Module, item: cst.WithItem) -> list[tuple[Node, str]]:
        """Where the client that the guard *item* lends goes past its block, and how: used, returned or stored."""
        run = self._followed(module, item)
        kept = any(p.node is item and self._outlives(run.body, *place) for p, s in run.came for place in s.places)
        reached = [(p, s) for p, s in run.came if p.kind != "return" and (kept or not s.at(item))]
        found = {point.node: "stored" for point, state in reached if self._stores(run, point, state)}
        for point, state in run.came:
            how = _goes_past(run, point, state)
            if how:
                found[point.node] = how
        return list(found.items())

    def _stores(self, run: Run, point: Point, state: State) -> bool:
        """Whether a statement stores the client where it outlives the block."""
        return any(self._outlives(run.body, *place) for _, after in run.after(point, state) for place in after.places - state.places)

    def _followed(self, module: Module, site: Node) -> Run:
        scope = next(s for s in module.tree.scope_at(site).up() if s.kind in {"function", "lambda", "module"})
        if module is not self._home:
            self._home = module
            self._outcomes.clear()
        self._cut_short.clear()
        self.steps = 0
        run = Run(self, self.body(module, scope), site, is_lent=isinstance(site, cst.WithItem))
        starts = run.body.points_of.get(site, ())
        run.explore(*((point, state) for point in starts for state in self._before(run.body, point)))
        return run

    def _before(self, body: Body, point: Point) -> list[State]:
        """What can be known at *point* of the tests before it; the same for every client that *body* builds."""
        if not body.worth_knowing:
            return [State()]
        if body.scope not in self._ways_in:
            run = Run(self, body, None)
            run.explore((body.flow.entry, State()))
            found = self._ways_in[body.scope] = {}
            for reached, state in run.came:
                found.setdefault(reached, []).append(state)
        return self._ways_in[body.scope].get(point, [])

    def _is_left(self, body: Body, state: State) -> bool:
        return state.life == OPEN and not any(self._outlives(body, place.root, place.attributes, place.role) for place in state.places)

    def _outlives(self, body: Body, root: Any, attributes: tuple[str, ...], role: str) -> bool:
        """Whether somebody has the client when *body* is done."""
        if role not in {CLIENT, CLOSER}:
            return False
        if root == body.result:
            return True
        if not is_variable(root):
            return False
        return not body.is_own(root) or (bool(attributes) and root[0] in body.parameters)

    def outcome(self, run: Run, callee: Body, entry: State) -> States:
        """The states at the end of *callee*, and where it raises; too deep inside others it is taken to do nothing."""
        key = (callee.scope, entry, run.is_lent)
        if key in self._outcomes:
            return self._outcomes[key]
        cuts = self._cuts
        if run.depth >= _DEEPEST or key in self._cut_short:
            self._cuts += 1
            return self._cut_short.get(key, ([entry], [entry]))
        inner = Run(self, callee, None, run.depth + 1, is_lent=run.is_lent)
        if not inner.explore((callee.flow.entry, entry)):
            self._cuts += 1
        found = inner.states(callee.flow.end), inner.states(callee.flow.raised)
        (self._outcomes if self._cuts == cuts else self._cut_short)[key] = found
        return found


def _goes_past(run: Run, point: Point, state: State) -> str:
    if point.kind == "return" and any(place.role == CLIENT for place in run.body.inside(state, point.node.value)):
        return "returned"
    return "used" if not state.at(run.site) and _uses(run, state, point.node) else ""


def _lends(run: Run, state: State, node: Node) -> bool:
    return any(place.role == CLIENT and not place.attributes for place in run.body.inside(state, node))


def _uses(run: Run, state: State, node: Any) -> bool:
    """Whether the operation *node* needs a client that is connected."""
    if isinstance(node, cst.WithItem):
        return _lends(run, state, node.item)
    if isinstance(node, cst.Attribute):
        return node.attr.value not in _FREE and _lends(run, state, node.value)
    return isinstance(node, cst.Call) and (_lends(run, state, node.func) or any(_lends(run, state, arg.value) for arg in node.args))


# What may be asked of a client that is disconnected.
_FREE = frozenset({"is_connected", "disconnect", "session", "disconnected"})
# So many functions inside each other are looked into.
_DEEPEST = 8
_PLAIN = ("end", "return", "raise")


def _ending(path: list[tuple[Point, State]]) -> Ending:
    """What a path that leaves the client open did since it was opened."""
    last_closed = max(i for i, (_, state) in enumerate(path) if state.life != OPEN)
    opened = path[last_closed][0].node
    steps = [(point, after is point.error and point.next is not after) for (point, _), (after, _) in pairwise(path)]
    for point, fails in steps[last_closed:]:
        if fails or point.kind == "return":
            return Ending(opened, point.node, "raise" if fails else "return")
    if path[-1][0].kind == "raised":  # a clean-up has opened it, after something else had failed, it may be before it was built
        return Ending(opened, [opened, *(point.node for point, fails in steps if fails)][-1], "raise")
    return Ending(opened, None, "end")
