"""Signal handlers that end what runs by raising, as Celery's pool processes have them: asked what, instead of let loose."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

NUMBERS = tuple(
    number for name in ("SIGTERM", "SIGQUIT", "SIGHUP", "SIGUSR1") if (number := getattr(signal, name, None)) is not None
)


@dataclass(slots=True)
class Raised:
    """What such a handler has raised."""

    error: BaseException
    for_good: bool
    """Whether it has put itself out of place: the process is to end, and a second signal changes nothing."""
    passed_on: bool = False


class Raisers:
    """The known ones, and what they have raised that has not been passed on yet."""

    def __init__(self) -> None:
        self._known: dict[Any, Callable[[BaseException], BaseException]] = {}
        self._raised: dict[int, Raised] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def __contains__(self, handler: Any) -> bool:
        return callable(handler) and handler in self._known

    def name(self, handler: Any, turned: Callable[[BaseException], BaseException]) -> None:
        """Know *handler*; what it raises is *turned* into what an event loop lets through."""
        self._known[handler] = turned

    def ask(self, number: int, handler: Any, frame: FrameType | None) -> Raised | None:
        """What *handler* raises for signal *number*, now or before; None if it is not known."""
        if number not in self._raised and handler in self:
            ours = signal.getsignal(number)
            try:
                handler(number, frame)
            except BaseException as error:
                self._raised[number] = Raised(self._known[handler](error), for_good=signal.getsignal(number) != ours)
        return self._raised.get(number)

    def error(self, number: int) -> BaseException | None:
        """What is to be raised for signal *number* still."""
        raised = self._raised.get(number)
        return raised.error if raised else None

    def pass_on(self, error: BaseException | None) -> int | None:
        """*error* is being raised, so that it is not a second time; its signal, if it is one of these."""
        for number, raised in list(self._raised.items()):
            if raised.error is error:
                raised.passed_on = True
                if not raised.for_good:
                    del self._raised[number]
                return number
        return None

    def forget(self) -> None:
        """Begin anew, in a forked child."""
        self._raised.clear()
