"""The steps of a client that have been come to, and those still to be taken: in the order of the code, each point all at once."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from tgsession_lint.life.conditions import merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.flow import Point
    from tgsession_lint.life.state import State

Step: TypeAlias = "tuple[Point, State]"
Came: TypeAlias = "dict[Step, Step | None]"
"""Each step that was come to, and the one before it on the plainest way: the fewest failures, then the fewest steps."""


class Frontier:
    """Steps by the *order* of their points.

    Ways that part at a test come together again behind it. A point is gone on from only when all that lead to it have been
    taken, loops aside, so that states that are as good as one go on as one: ten tests in a row make no thousand states.
    """

    def __init__(self, order: dict[Point, int]) -> None:
        self.came: Came = {}
        self._order = order
        self._length: dict[Step, tuple[int, int]] = {}
        """How many failures there are on the way to a step, and how many steps."""
        self._points: list[tuple[int, Point]] = []
        self._waiting: dict[Point, list[State]] = {}
        self._gone_on: dict[Point, list[State]] = {}

    def come(self, there: Step, here: Step | None, *, is_idle: bool = False) -> None:
        """From *here* a way leads *there*; nothing can come of it any more if it *is idle*."""
        if self._is_new(there, here) and not is_idle:
            point, state = there
            if point not in self._waiting:
                self._waiting[point] = []
                heappush(self._points, (self._order[point], point))
            self._waiting[point].append(state)

    def _is_new(self, there: Step, here: Step | None) -> bool:
        """Note the way *there*, if it is the first one, or plainer than those so far."""
        length = (0, 0)
        if here is not None:
            failures, steps = self._length[here]
            length = (failures + (there[0] is here[0].error and there[0] is not here[0].next), steps + 1)
        before = self._length.get(there)
        if before is None or length < before:
            self.came[there], self._length[there] = here, length
        return before is None

    def steps(self) -> Iterator[Step]:
        """The steps to take; whatever is come to meanwhile is taken too."""
        while self._points:
            _, point = heappop(self._points)
            before = self._gone_on.setdefault(point, [])
            for state, parts in merged(self._waiting.pop(point), before).items():
                before.append(state)
                nearest = min([(point, part) for part in parts], key=self._length.__getitem__)
                self._is_new((point, state), self.came[nearest])
                yield point, state
