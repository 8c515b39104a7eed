"""One client, followed through one body along all its ways, the shortest first."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from tgsession_lint.life import effects
from tgsession_lint.life.state import ABSENT, CLOSED, HANDED, OPEN, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.flow import Point
    from tgsession_lint.life.body import Body
    from tgsession_lint.life.lives import Lives
    from tgsession_lint.tree import Node, Scope

_MOST_STATES = 48
_MOST_STEPS = 150_000


class Run:
    """One client, followed through one body."""

    def __init__(self, lives: Lives, body: Body, site: Node, active: frozenset[Scope] = frozenset()) -> None:
        self.lives = lives
        self.body = body
        self.site = site
        self.active = active | {body.scope}
        self.depth = len(active)
        self.is_lent = isinstance(site, cst.WithItem)
        self.came: dict[tuple[Point, State], tuple[Point, State] | None] = {}
        self._counts: dict[Point, int] = {}

    def explore(self, entry: State) -> None:
        """Follow all ways from *entry*, the shortest first."""
        start = (self.body.flow.entry, entry)
        self.came[start] = None
        pending = deque([start])
        while pending and self.lives.steps < _MOST_STEPS:
            here = pending.popleft()
            self.lives.steps += 1
            for point, state in self.after(*here):
                if self._is_idle(point, state):
                    continue
                there = (point, self._bounded(point, state))
                if there not in self.came:
                    self.came[there] = here
                    pending.append(there)

    def _is_idle(self, point: Point, state: State) -> bool:
        """Whether nothing can come of *state* at *point*: the client is not there yet and never will be, or is done with."""
        if self.depth:
            return False
        if state.life == ABSENT:
            return point not in self.before_site
        return state.life == HANDED or (not state.places and state.life != OPEN)

    @cached_property
    def before_site(self) -> frozenset[Point]:
        """The points that lead to where the client is built."""
        leads: dict[Point, list[Point]] = {}
        pending = []
        for point in self.body.flow.points():
            if point.node is self.site:
                pending.append(point)
            for after in (point.next, point.other, point.error):
                if after is not None:
                    leads.setdefault(after, []).append(point)
        found = set(pending)
        while pending:
            for before in leads.get(pending.pop(), ()):
                if before not in found:
                    found.add(before)
                    pending.append(before)
        return frozenset(found)

    def _bounded(self, point: Point, state: State) -> State:
        """So many states a point that what is known of tests is given up rather than time."""
        self._counts[point] = self._counts.get(point, 0) + 1
        if state.known:
            asked = self.body.asked_later.get(point, frozenset())
            state = state._replace(known=frozenset(k for k in state.known if k[0][1] in asked or not self.body.is_own(k[0][1])))
        return state if self._counts[point] < _MOST_STATES or not state.known else state._replace(known=frozenset())

    def after(self, point: Point, state: State) -> Iterator[tuple[Point, State]]:
        """Where *point* goes on in *state*, and with what state."""
        for way, one in effects.after(self, point, state):
            if way is None:
                continue
            if self.is_lent and one.life == HANDED:
                # Whoever is given what a guard lends has it no longer than the guard does.
                one = one._replace(life=state.life)  # noqa: PLW2901
            if way is point.error and point.kind != "raise" and self._is_trusted(point, state, one):
                continue
            yield way, one

    def _is_trusted(self, point: Point, state: State, failed: State) -> bool:
        """Whether a step of a clean-up is taken to succeed, since the disconnect comes after it."""
        if self.lives.strict or point.cleanup is None or failed.life != OPEN:
            return False
        pending, seen = [(point, state)], {(point, state)}
        while pending and len(seen) < _MOST_STATES * 8:
            here, known = pending.pop()
            for way, one in effects.after(self, here, known):
                if way is None or way is here.error or way.cleanup is not point.cleanup or (way, one) in seen:
                    if way is not None and way is not here.error and one.life == CLOSED:
                        return True
                    continue
                seen.add((way, one))
                pending.append((way, one))
        return False

    def states(self, point: Point) -> list[State]:
        """The states in which *point* is reached."""
        return [state for reached, state in self.came if reached is point]

    def path(self, point: Point, state: State) -> list[tuple[Point, State]]:
        """The steps to *point* in *state*, from the first on."""
        steps = [(point, state)]
        while (before := self.came[steps[-1]]) is not None:
            steps.append(before)
        return steps[::-1]
