"""Every path of a client through the code that built it: how each ends, and by which steps it came there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.life.answers import Answers
from tgsession_lint.life.run import Run
from tgsession_lint.life.state import CLIENT, CLOSER, OPEN, State, is_variable

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.flow import Point
    from tgsession_lint.life.body import Body
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Node, Scope


@dataclass(frozen=True, slots=True)
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
        self._outcomes: dict[tuple[Scope, State], tuple[list[State], list[State]]] = {}

    def ending(self, module: Module, site: Node) -> Ending | None:
        """A path on which the client built at *site* stays open, the plainest; None if there is none."""
        scope = next(s for s in module.tree.scope_at(site).up() if s.kind in {"function", "lambda", "module"})
        body = self.body(module, scope)
        self._outcomes.clear()
        self.steps = 0
        run = Run(self, body, site)
        run.explore(State())
        ends = [(body.flow.end, s) for s in run.states(body.flow.end) if self._is_left(body, s)]
        ends += [(body.flow.raised, s) for s in run.states(body.flow.raised) if self._is_left(body, s.without(body.result))]
        paths = [run.path(*end) for end in ends]
        return min(map(_ending, paths), key=lambda ending: _PLAIN.index(ending.how)) if paths else None

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

    def outcome(self, run: Run, callee: Body, entry: State) -> tuple[list[State], list[State]]:
        """The states at the end of *callee*, and where it raises."""
        key = (callee.scope, entry)
        if key not in self._outcomes:
            inner = Run(self, callee, run.site, run.active)
            inner.explore(entry)
            flow = callee.flow
            self._outcomes[key] = (inner.states(flow.end), inner.states(flow.raised))
        return self._outcomes[key]


_PLAIN = ("end", "return", "raise", "cancel")


def _ending(path: list[tuple[Point, State]]) -> Ending:
    """What a path that leaves the client open did since it was opened."""
    last_closed = max((i for i, (_, state) in enumerate(path) if state.life != OPEN), default=0)
    opened = path[last_closed][0].node
    for (point, _), (after, _) in zip(path[last_closed + 1 :], path[last_closed + 2 :], strict=False):
        if after is point.error and point.next is not after:
            how = "cancel" if isinstance(point.node, cst.Await) and point.kind == "run" else "raise"
            return Ending(opened, point.node, "raise" if how == "raise" else "cancel")
        if point.kind == "return":
            return Ending(opened, point.node, "return")
    return Ending(opened, None, "end")
