"""Whether a file that uses a value could have anything to do with a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint import attributes, calls
from tgsession_lint.values import (
    Class,
    Client,
    ClientClass,
    Event,
    External,
    Function,
    Guard,
    Guarded,
    Later,
    Maker,
    Manager,
    Many,
    ModuleRef,
    Object,
    Partial,
    Value,
    Values,
    union,
)  # fmt: skip

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator


class Interest:
    """The values from which a client can be had; remembers every answer."""

    def __init__(self, ask: Evaluator) -> None:
        self._ask = ask
        self._known: dict[Value, bool] = {}

    def __contains__(self, value: Value) -> bool:
        """Whether a client can be had from *value*, by calling it, reading its attributes, entering or iterating."""
        seen: dict[Value, Value | None] = {}
        pending: list[tuple[Value, Value | None]] = [(value, None)]
        while pending:
            current, before = pending.pop()
            if current in seen or self._known.get(current) is False:
                continue
            seen[current] = before
            if self._known.get(current) or self._concerns(current):
                way: Value | None = current
                while way is not None:
                    self._known[way] = True
                    way = seen[way]
                return True
            pending.extend((after, current) for after in self._leads_to(current))
        # Nothing that was met on the way leads to a client either.
        self._known.update(dict.fromkeys(seen, False))
        return False

    def _concerns(self, value: Value) -> bool:
        match value:
            case ClientClass() | Client() | Event() | Guard() | Guarded():
                return True
            case ModuleRef():
                return self._ask.project.relevant(value.path)
            case External():
                return self._ask.of_telethon(value.name)
            case _:
                return False

    def _leads_to(self, value: Value) -> Values:
        """What can be had from *value* by calling it, reading its attributes, entering or iterating."""
        match value:
            case Partial():
                return value.callees
            case Many():
                return value.of
            case Manager() | Later() | Maker():
                return value.gives
            case Object():
                return (value.of,)
            case Function():
                return union(calls.returned(self._ask, value), calls.yielded(self._ask, value))
            case Class():
                names = attributes.attribute_names(self._ask, value)
                return union(*(attributes.instance_attribute(self._ask, value, name) for name in sorted(names)))
            case _:
                return ()
