"""What an expression can stand for, as far as the life of a client depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Node, Scope


@dataclass(frozen=True, slots=True)
class External:
    """Something of a module outside the project, by its full name."""

    name: str


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module or package of the project."""

    path: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or function of the project."""

    module: Module
    scope: Scope


@dataclass(frozen=True, slots=True)
class Function(Definition):
    """A function of the project; `owner` is the class it was read from."""

    owner: Value | None = None


@dataclass(frozen=True, slots=True)
class Class(Definition):
    """A class of the project that is no client."""


@dataclass(frozen=True, slots=True)
class Object:
    """An instance of a class of the project."""

    of: Class


@dataclass(frozen=True, slots=True)
class ClientClass:
    """Telethon's client class or a subclass; `of` is the subclass where the project defines it."""

    name: str
    of: Class | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A client: guarded or not, connected or not."""

    of: Class | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A context manager function that holds the session; `forms` are the `with` forms that it takes."""

    name: str
    forms: frozenset[str] = frozenset({"sync", "async"})


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a call of a guard gives: to be entered."""

    guard: Guard


@dataclass(frozen=True, slots=True)
class Event:
    """A Telethon event or message: it knows its client."""


@dataclass(frozen=True, slots=True)
class Manager:
    """Any other context manager, by what entering it gives."""

    gives: Values


@dataclass(frozen=True, slots=True)
class Later:
    """An awaitable, by what awaiting it gives."""

    gives: Values


@dataclass(frozen=True, slots=True)
class Many:
    """A container or an iterator, by what its elements are."""

    of: Values


@dataclass(frozen=True, slots=True)
class Partial:
    """A callable that calls one of *callees* in its own time."""

    callees: Values


@dataclass(frozen=True, slots=True)
class Maker:
    """A callable that gives *gives*."""

    gives: Values


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a value that the project does not define."""

    owner: Value
    name: str


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` in a class of the project."""

    of: Class


Value: TypeAlias = (
    External | ModuleRef | Function | Class | Object | ClientClass | Client | Guard | Guarded | Event
    | Manager | Later | Many | Partial | Maker | Method | Super
)
Values: TypeAlias = tuple[Value, ...]


def union(*groups: Values) -> Values:
    """All values once, in order."""
    return tuple(dict.fromkeys(value for group in groups for value in group))


__all__ = ["Node", "Value", "Values", "union"]
