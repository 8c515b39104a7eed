"""One client, followed through one body along all its ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.life import effects
from tgsession_lint.life.frontier import Frontier
from tgsession_lint.life.state import ABSENT, CLOSED, HANDED, OPEN, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.flow import Point
    from tgsession_lint.life.body import Body
    from tgsession_lint.life.frontier import Came, Step
    from tgsession_lint.life.lives import Lives
    from tgsession_lint.nodes import Node

_MOST_STATES = 48
_MOST_STEPS = 150_000


class Run:
    """One client, followed through one body."""

    def __init__(self, lives: Lives, body: Body, site: Node | None, depth: int = 0, *, is_lent: bool = False) -> None:
        self.lives = lives
        self.body = body
        self.site = site
        self.depth = depth
        """How many functions of the project are run in place around this one."""
        self.is_lent = is_lent
        self._frontier = Frontier(body.order)
        self.came = self._frontier.came
        self._counts: dict[Point, int] = {}
        self._closes: dict[Step, bool] = {}
        """Whether a clean-up goes on from there to the disconnect."""

    def explore(self, *starts: Step) -> bool:
        """Follow all ways from *starts*; whether they were followed to the end."""
        for start in starts:
            self._frontier.come(start, None)
        for here in self._frontier.steps():
            if self.lives.steps >= _MOST_STEPS:
                return False
            self.lives.steps += 1
            for point, state in self.after(*here):
                self._frontier.come((point, self._bounded(point, state)), here, is_idle=self._is_idle(state))
        return True

    def _is_idle(self, state: State) -> bool:
        """Whether nothing can come of *state* any more: the client is not there, or is done with, or lost for good."""
        if self.depth or self.site is None:
            return False
        return state.life in {ABSENT, HANDED} or not state.places

    def lost(self) -> Iterator[Step]:
        """Where the client is open, and nothing has it any more."""
        return ((point, state) for point, state in self.came if state.life == OPEN and not state.places)

    def _bounded(self, point: Point, state: State) -> State:
        """So many states a point that what is known of tests is given up rather than time."""
        self._counts[point] = self._counts.get(point, 0) + 1
        if state.known:
            asked = self.body.asked_later.get(point, frozenset())
            state = state._replace(known=frozenset(k for k in state.known if k[0][1] in asked or not self.body.is_own(k[0][1])))
        return state if self._counts[point] < _MOST_STATES or not state.known else state._replace(known=frozenset())

    def after(self, point: Point, state: State) -> Iterator[Step]:
        """Where *point* goes on in *state*, and with what state."""
        for way, one in effects.after(self, point, state):
            if way is None:
                continue
            if self.is_lent and one.life == HANDED:
                # Whoever is given what a guard lends has it no longer than the guard does.
                one = one._replace(life=state.life)  # noqa: PLW2901
            if self._fails(point, way) and self._is_trusted(point, state, one):
                continue
            yield way, one

    def _fails(self, point: Point, way: Point) -> bool:
        """Whether *way* is that of a step that fails, not of one that raises, or lets an exception pass, as it is meant to."""
        return way is point.error and way is not point.next and point.kind != "raise"

    def _is_trusted(self, point: Point, state: State, failed: State) -> bool:
        """Whether a step of a clean-up is taken to succeed, since the disconnect comes after it."""
        if self.lives.strict or point.cleanup is None or failed.life != OPEN:
            return False
        if (point, state) not in self._closes:
            self._search(point, state)
        return self._closes[point, state]

    def _search(self, point: Point, state: State) -> None:
        """Find out whether some way from here through the clean-up, on which no step fails, closes the client."""
        came: Came = {(point, state): None}
        pending = [(point, state)]
        while pending and len(came) < _MOST_STATES * 8:
            here = pending.pop()
            for there in self._unfailing(*here):
                closes = self._closes.get(there) if there[0].cleanup is point.cleanup else there[1].life == CLOSED
                if closes:
                    self._closes.update(dict.fromkeys(_back(came, here), True))
                    return
                if closes is None and there not in came:
                    came[there] = here
                    pending.append(there)
        # A search that came to its end was in vain for all that it came by.
        self._closes.update(dict.fromkeys([(point, state)] if pending else came, False))

    def _unfailing(self, point: Point, state: State) -> Iterator[Step]:
        return ((way, one) for way, one in effects.after(self, point, state) if way is not None and not self._fails(point, way))

    def states(self, point: Point) -> list[State]:
        """The states in which *point* is reached."""
        return [state for reached, state in self.came if reached is point]

    def path(self, point: Point, state: State) -> list[Step]:
        """The steps to *point* in *state*, from the first on."""
        return _back(self.came, (point, state))[::-1]


def _back(came: Came, step: Step | None) -> list[Step]:
    """*step*, and those by which it was come to, the last first."""
    steps = []
    while step is not None:
        steps.append(step)
        step = came[step]
    return steps
