"""What an expression can stand for, as far as the life of a client depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope


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
    """A function of the project."""


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
    """All values once, in order; of wrappers of one kind one, and none deeper than programs have any use for.

    Otherwise a container that is put into itself would grow with every look at it.
    """
    found = tuple(dict.fromkeys(value for group in groups for value in group))
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


_Question: TypeAlias = "Callable[[], Values]"
_DEEPEST = 200
_MAX_ROUNDS = 4
_MAX_RESTARTS = 300
_NEVER = 1 << 30


class _TooDeep(Exception):  # noqa: N818 - no error: it carries a question down to where there is room for it
    def __init__(self, key: object, question: _Question) -> None:
        super().__init__()
        self.key = key
        self.question = question


class Questions:
    """Answers each question once, however deep and in whatever circles questions lead to one another.

    A question that is met again while it is open gets the answer of the last round (none in the first), and the
    circle is gone round until its answers stay the same. A question too deep for the stack is answered by itself
    first, on an empty stack. So an answer does not depend on what was asked before it.
    """

    def __init__(self) -> None:
        self._answers: dict[object, Values] = {}
        self._open: dict[object, int] = {}
        self._drafts: dict[object, tuple[Values, int]] = {}
        """Answers that hang on a question still open, and the place of the lowest such."""
        self._guesses: dict[object, Values] = {}
        self._lowest = _NEVER
        self._hasty = False

    def ask(self, key: object, question: _Question) -> Values:
        """The answer to *question*, which goes by *key*."""
        known = self._answers.get(key)
        if known is not None:
            return known
        if not self._open:
            return self._from_scratch(key, question)
        if key in self._open:
            self._lowest = min(self._lowest, self._open[key])
            return self._guesses.get(key, ())
        if key in self._drafts:
            answer, lowest = self._drafts[key]
            self._lowest = min(self._lowest, lowest)
            return answer
        if len(self._open) < _DEEPEST:
            return self._solve(key, question)
        if not self._hasty:
            raise _TooDeep(key, question)
        self._lowest = 0
        return ()

    def _from_scratch(self, key: object, question: _Question) -> Values:
        pending = [(key, question)]
        met = {key}
        while True:
            self._drafts.clear()
            self._guesses.clear()
            self._lowest = _NEVER
            try:
                answer = self._solve(*pending[-1])
            except _TooDeep as deep:
                # Round and round a circle wider than the stack is deep: cut it somewhere.
                self._hasty = deep.key in met or len(pending) > _MAX_RESTARTS
                if not self._hasty:
                    pending.append((deep.key, deep.question))
                    met.add(deep.key)
                continue
            self._hasty = False
            pending.pop()
            if not pending:
                return answer

    def _solve(self, key: object, question: _Question) -> Values:
        place = self._open[key] = len(self._open)
        outer, drafted = self._lowest, len(self._drafts)
        try:
            for _ in range(_MAX_ROUNDS):
                self._lowest = _NEVER
                answer = question()
                if self._lowest != place or self._settled(key, answer, drafted):
                    break
        finally:
            del self._open[key]
        if self._lowest < place:
            self._drafts[key] = (answer, self._lowest)
            self._lowest = min(outer, self._lowest)
            return answer
        self._answers[key] = answer
        self._answers.update(self._since(drafted))
        self._lowest = outer
        return answer

    def _settled(self, key: object, answer: Values, drafted: int) -> bool:
        """Whether a round through a circle brought nothing new; if it did, the next one starts from what it brought."""
        found = {**self._since(drafted), key: answer}
        if all(set(values) <= set(self._guesses.get(member, ())) for member, values in found.items()):
            self._answers.update(found)
            return True
        self._guesses.update(found)
        return False

    def _since(self, drafted: int) -> dict[object, Values]:
        """The drafts made since there were *drafted* of them; they are drafts no more."""
        found: dict[object, Values] = {}
        while len(self._drafts) > drafted:
            member, (answer, _) = self._drafts.popitem()
            found[member] = answer
        return found


__all__ = ["Questions", "Value", "Values", "union"]
