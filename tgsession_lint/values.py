"""What an expression can stand for, as far as the life of a client depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope


@frozen
class External:
    """Something of a module outside the project, by its full name."""

    name: str


@frozen
class ModuleRef:
    """A module or package of the project."""

    path: str


@frozen
class Definition:
    """A class or function of the project."""

    module: Module
    scope: Scope


@frozen
class Function(Definition):
    """A function of the project."""


@frozen
class Class(Definition):
    """A class of the project that is no client."""


@frozen
class Object:
    """An instance of a class of the project."""

    of: Class


@frozen
class ClientClass:
    """Telethon's client class or a subclass; `of` is the subclass where the project defines it."""

    name: str
    of: Class | None = None


@frozen
class Client:
    """A client: guarded or not, connected or not."""

    of: Class | None = None


@frozen
class Guard:
    """A context manager function that holds the session; `forms` are the `with` forms that it takes."""

    name: str
    forms: frozenset[str] = frozenset({"sync", "async"})


@frozen
class Guarded:
    """What a call of a guard gives: to be entered."""

    guard: Guard


@frozen
class Event:
    """A Telethon event or message: it knows its client."""


@frozen
class Manager:
    """Any other context manager, by what entering it gives."""

    gives: Values


@frozen
class Later:
    """An awaitable, by what awaiting it gives."""

    gives: Values


@frozen
class Many:
    """A container or an iterator, by what its elements are."""

    of: Values


@frozen
class Partial:
    """A callable that calls one of *callees* in its own time."""

    callees: Values


@frozen
class Maker:
    """A callable that gives *gives*."""

    gives: Values


@frozen
class Method:
    """A method of a value that the project does not define."""

    owner: Value
    name: str


@frozen
class Super:
    """`super()` in a class of the project."""

    of: Class


Value: TypeAlias = (
    External | ModuleRef | Function | Class | Object | ClientClass | Client | Guard | Guarded | Event
    | Manager | Later | Many | Partial | Maker | Method | Super
)
Values: TypeAlias = tuple[Value, ...]


def union(*groups: Values) -> Values:
    """All values once, in order; of wrappers of one kind one, and none deeper than programs have any use for.

    Otherwise a container that is put into itself would grow with every look at it.
    """
    some = [group for group in groups if group]
    if not some:
        return ()
    if len(some) == 1 and len(some[0]) == 1 and type(some[0][0]) not in _INSIDE:
        return some[0]
    found = tuple(dict.fromkeys(value for group in some for value in group))
    wrappers = [value for value in found if type(value) in _INSIDE]
    if not wrappers:
        return found
    if len(wrappers) > 1:
        found = _merged(found, wrappers)
    return _trimmed(found, _MOST_NESTED) if any(_deeper(value, _MOST_NESTED) for value in found) else found


_INSIDE: Mapping[type, str] = {Manager: "gives", Later: "gives", Many: "of", Partial: "callees", Maker: "gives"}
_MOST_NESTED = 5


def _inside(value: Value) -> Values:
    if isinstance(value, Method):
        return (value.owner,)
    name = _INSIDE.get(type(value))
    inside: Values = getattr(value, name) if name is not None else ()
    return inside


def _merged(found: Values, wrappers: Sequence[Value]) -> Values:
    kinds: dict[type, list[Value]] = {}
    for value in wrappers:
        kinds.setdefault(type(value), []).append(value)
    whole = {kind: values[0] if len(values) == 1 else kind(union(*map(_inside, values))) for kind, values in kinds.items()}
    return tuple(dict.fromkeys(whole.get(type(value), value) for value in found))


def _deeper(value: Value, room: int) -> bool:
    inside = _inside(value)
    return bool(inside) and (room == 0 or any(_deeper(inner, room - 1) for inner in inside))


def _trimmed(values: Values, room: int) -> Values:
    kept: list[Value] = []
    for value in values:
        if not _deeper(value, room):
            kept.append(value)
        elif type(value) in _INSIDE and room and (inside := _trimmed(_inside(value), room - 1)):
            kept.append(type(value)(inside))  # type: ignore[arg-type, call-arg]
    return tuple(kept)


def countable(values: Values, room: int = 1) -> Values:
    """Those of *values* that there are only so many of as the program has places for them.

    The names of attributes outside, the methods of anything and wrappers of wrappers can be put together without end.
    """
    kept: list[Value] = []
    for value in values:
        if type(value) in _INSIDE:
            inside = countable(_inside(value), room - 1) if room else ()
            kept.extend([type(value)(inside)] if inside else [])  # type: ignore[arg-type, call-arg]
        elif not isinstance(value, (External, Method)):
            kept.append(value)
    return tuple(kept)
