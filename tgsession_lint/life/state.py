"""What is known of one client at one point of one path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgsession_lint.tree import Scope

ABSENT, UNOPENED, OPEN, CLOSED, HANDED = "absent", "unopened", "open", "closed", "handed over"

# What is had at a place: the client; its bound `disconnect`; an awaitable that closes or opens it when it is awaited;
# a `closing(client)`, which closes nothing.
CLIENT, CLOSER, CLOSING, OPENING, STARTING, UNCLOSABLE = "client", "closer", "closing", "opening", "starting", "unclosable"

Variable: TypeAlias = "tuple[str, Scope | None]"


class Place(NamedTuple):
    """Where a client, or a promise about it, can be had: a variable, what an expression gave, an attribute of either."""

    root: Any
    attributes: tuple[str, ...]
    role: str


class State(NamedTuple):
    """One client: how far its life has come, where it can be had, and which tests have gone which way."""

    life: str = ABSENT
    places: frozenset[Place] = frozenset()
    known: frozenset[tuple[Any, bool]] = frozenset()

    def at(self, root: Any) -> list[Place]:
        """The places below *root*."""
        return [place for place in self.places if place.root == root]

    def has(self, places: Iterable[Place]) -> State:
        """The client can be had at *places*, too."""
        return self._replace(places=self.places.union(places))

    def kept(self, places: Iterable[Place], known: Iterable[tuple[Any, bool]]) -> State:
        """The client can be had at *places* besides, and *known* is known."""
        return self._replace(places=self.places.union(places), known=self.known.union(known))

    def without(self, root: Any) -> State:
        """What *root* stood for is forgotten: it is something else now."""
        if not any(place.root == root for place in self.places):
            return self
        return self._replace(places=frozenset(place for place in self.places if place.root != root))

    def now(self, life: str) -> State:
        """Its life has come to *life*; what is handed over stays so."""
        return self if self.life == HANDED else self._replace(life=life)


States: TypeAlias = "tuple[list[State], list[State]]"
"""The states when all went well, and those when it raised."""


def is_variable(root: Any) -> bool:
    """Whether a place begins at a variable, not at what an expression gave."""
    return isinstance(root, tuple)
