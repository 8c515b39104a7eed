"""Where an exception, a `return`, a `break` or a `continue` leads from some place: through all that stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgsession_lint.flow.points import Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_lint.flow.catching import Naming, Raised


class Ways:
    """The ways out of a function's or module's body; what stands inside it hands on to what stands around."""

    def __init__(self, node: Any, named: Naming) -> None:
        self.named = named
        self.end = Point("end", node)
        self.raised = Point("raised", node)
        self.cleanup: Any = None

    def error(self, raised: Raised) -> Point:
        """Where an exception of the class *raised* goes; None stands for any."""
        del raised
        return self.raised

    def leave(self, how: str) -> Point:
        """Where *how*, a `return`, `break` or `continue`, goes."""
        del how
        return self.end

    def step(self, node: Any, then: Point) -> Point:
        """The operation *node*, which may raise."""
        return Point("run", node, then, None, self.error(None), None, self.cleanup)

    def point(self, kind: str, node: Any, then: Point | None, other: Point | None = None, *, raises: bool = False) -> Point:
        """A step of any kind; *raises* says whether it may."""
        return Point(kind, node, then, other, self.error(None) if raises else None, None, self.cleanup)


class _Inside(Ways):
    """Inside something that keeps all ways as they are, unless told otherwise."""

    def __init__(self, outer: Ways) -> None:
        self.outer = outer
        self.named, self.raised, self.cleanup = outer.named, outer.raised, outer.cleanup
        self._known: dict[str | Raised, Point] = {}

    def error(self, raised: Raised) -> Point:
        return self.outer.error(raised)

    def leave(self, how: str) -> Point:
        return self.outer.leave(how)

    def _once(self, key: str | Raised, build: Callable[[], Point]) -> Point:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = build()
        return found


class Loop(_Inside):
    """In the body of a loop."""

    def __init__(self, outer: Ways, head: Point, after: Point) -> None:
        super().__init__(outer)
        self.targets = {"continue": head, "break": after}

    def leave(self, how: str) -> Point:
        """A `break` or `continue` of this loop stays inside what is around."""
        return self.targets.get(how) or self.outer.leave(how)


class Handled(_Inside):
    """In the body of a `try` with handlers; *dispatch* leads an exception to them."""

    def __init__(self, outer: Ways, dispatch: Callable[[Raised], Point]) -> None:
        super().__init__(outer)
        self.dispatch = dispatch

    def error(self, raised: Raised) -> Point:
        """Each kind of exception meets the handlers once."""
        return self._once(raised, lambda: self.dispatch(raised))


class Cleaned(_Inside):
    """Where a `finally` stands around: each way out has a run of it for itself."""

    def __init__(self, outer: Ways, clean: Callable[[Point], Point]) -> None:
        super().__init__(outer)
        self.clean = clean

    def error(self, raised: Raised) -> Point:
        """To the clean-up, then on."""
        return self._once(raised, lambda: self.clean(self.outer.error(raised)))

    def leave(self, how: str) -> Point:
        """To the clean-up, then on."""
        return self._once(how, lambda: self.clean(self.outer.leave(how)))


class Managed(_Inside):
    """In the body of a `with` item; *after* is where it goes on when the manager swallows an exception."""

    def __init__(self, outer: Ways, item: Any, after: Point) -> None:
        super().__init__(outer)
        self.item = item
        self.after = after

    def error(self, raised: Raised) -> Point:
        """To the manager, which is told of it."""
        return self._once(raised, lambda: self._unwind(raised))

    def _unwind(self, raised: Raised) -> Point:
        return Point("unwind", self.item, self.outer.error(raised), self.after, self.outer.error(None), None, self.cleanup)

    def leave(self, how: str) -> Point:
        """To the manager, then on."""
        return self._once(how, lambda: self.outer.point("leave", self.item, self.outer.leave(how), raises=True))


class CleanUp(_Inside):
    """In the body of a `finally` or `except`, called *node*."""

    def __init__(self, outer: Ways, node: Any) -> None:
        super().__init__(outer)
        self.cleanup = node
