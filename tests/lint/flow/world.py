"""What the programs run in: a client that keeps a record, and calls that do whatever they are told to."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_RUNS = 300
MOST_DECISIONS = 24


class CutError(BaseException):
    """The run takes too long; what comes of it does not count."""


class Decisions:
    """Every sequence of decisions, one run a sequence: the last decision that has another outcome is changed first."""

    def __init__(self) -> None:
        self._taken: list[list[int]] = []
        self._place = 0
        self.cut = False
        self.run_is_cut = False

    def decide(self, outcomes: int) -> int:
        """One of *outcomes*.

        Raises:
            CutError: the run has decided too often already, or has been told so before and caught it.
        """
        if self._place >= MOST_DECISIONS:
            self.cut = self.run_is_cut = True
            raise CutError
        if self._place == len(self._taken):
            self._taken.append([0, outcomes])
        self._place += 1
        return self._taken[self._place - 1][0]

    def runs(self) -> Iterator[None]:
        """Once for each sequence, as far as there is time."""
        for _ in range(MOST_RUNS):
            self._place = 0
            self.run_is_cut = False
            yield
            if not go_on(self._taken, self._place):
                return
        self.cut = True


def go_on(taken: list[list[int]], place: int) -> bool:
    """Change *taken*, of which the last run took the first *place*, to the decisions of the next run; whether there is one."""
    del taken[place:]
    while taken and taken[-1][0] + 1 == taken[-1][1]:
        taken.pop()
    if taken:
        taken[-1][0] += 1
    return bool(taken)


class Client:
    """A client as far as its life goes: connected or not, its disconnect done only when it is awaited."""

    def __init__(self, world: World, site: str) -> None:
        self.world = world
        self.site = site
        self.connected = False
        world.step()
        world.clients.append(self)

    def is_connected(self) -> bool:
        return self.connected

    def _opened(self) -> Client:
        self.world.step()
        self.connected = True
        return self

    def _closed(self) -> None:
        self.connected = False
        self.world.step()


class AsyncClient(Client):
    """The client in a coroutine."""

    async def connect(self) -> None:
        self._opened()

    async def start(self) -> Client:
        return self._opened()

    def disconnect(self) -> Any:
        return _Closing(self)

    async def __aenter__(self) -> Client:
        return self if self.connected else self._opened()

    async def __aexit__(self, *_: object) -> None:
        self._closed()


class _Closing:
    """What `disconnect()` gives in a loop: a future, not a coroutine, so that Python never warns of it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __await__(self) -> Iterator[None]:
        self.client._closed()
        return iter(())


class SyncClient(Client):
    """The client in a plain function."""

    def connect(self) -> None:
        self._opened()

    def start(self) -> Client:
        return self._opened()

    def disconnect(self) -> None:
        self._closed()

    def __enter__(self) -> Client:
        return self if self.connected else self._opened()

    def __exit__(self, *_: object) -> None:
        self._closed()


def _refused(*_: object) -> Any:
    raise ValueError


class Trap:
    """An object that raises whatever is done with it."""

    __add__ = __radd__ = __neg__ = __lt__ = __eq__ = __contains__ = __bool__ = _refused
    __getitem__ = __setitem__ = __delitem__ = __iter__ = __await__ = __aiter__ = __call__ = _refused
    __enter__ = __exit__ = __aenter__ = __aexit__ = __format__ = __getattr__ = __iadd__ = _refused
    __hash__ = object.__hash__


class Manager:
    """A context manager of somebody else's: enters or fails, passes an exception on, swallows it or raises anew."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __enter__(self) -> int:
        self.world.step()
        return 1

    def __exit__(self, kind: object, *_: object) -> bool:
        self.world.step()
        return kind is not None and self.world.decide(2) == 1

    async def __aenter__(self) -> int:
        return self.__enter__()

    async def __aexit__(self, *raised: object) -> bool:
        return self.__exit__(*raised)


class World:
    """The names that the programs use, and what became of the clients in one run."""

    def __init__(self) -> None:
        self.decide: Callable[[int], int] = lambda _: 0
        self.clients: list[Client] = []
        self.handed: list[Client] = []
        self.turns = 0

    def begin(self, decisions: Decisions) -> None:
        """A new run."""
        self.decide, self.clients, self.handed, self.turns = decisions.decide, [], [], 0
        self._decisions = decisions

    def cut(self) -> None:
        """The run counts no more."""
        self._decisions.cut = self._decisions.run_is_cut = True

    def forbid(self, _: int) -> int:
        """No decisions any more."""
        raise CutError

    def names(self, *, in_loop: bool) -> dict[str, Any]:
        """What `from acme_world import …` stands for."""
        kind = AsyncClient if in_loop else SyncClient
        return {
            "TelegramClient": lambda site, *_: kind(self, site),
            "step": self.step, "pause": self.pause, "choose": self.choose, "items": self.items, "keep": self.keep,
            "forever": self.forever, "manager": lambda: Manager(self), "CancelledError": asyncio.CancelledError,
            "trap": Trap(), "trapped": Trap, "asyncio": asyncio, "sys": sys,
        }  # fmt: skip

    def step(self) -> int:
        outcome = self.decide(3)
        if outcome:
            raise ValueError if outcome == 1 else asyncio.CancelledError
        return 1

    async def pause(self) -> int:
        return self.step()

    def choose(self) -> bool:
        outcome = self.decide(4)
        if outcome > 1:
            raise ValueError if outcome == 2 else asyncio.CancelledError
        return outcome == 0

    def forever(self) -> bool:
        """The test of every loop, so that none goes on when a run is cut."""
        self.turns += 1
        if self.turns > MOST_DECISIONS:
            self.cut()
            raise CutError
        return True

    def items(self) -> Iterator[int]:
        for number in range(2):
            if not self.choose():
                return
            yield number

    def keep(self, *clients: Client) -> None:
        self.handed.extend(clients)
        self.step()

    def left(self) -> set[str]:
        """The sites whose clients the run has left open."""
        return {client.site for client in self.clients if client.connected and client not in self.handed}


def leaks(function: Callable[[], Any], world: World) -> tuple[set[str], bool]:
    """The sites that some run of *function* leaves open, and whether there were more runs than time."""
    found: set[str] = set()
    decisions = Decisions()
    for _ in decisions.runs():
        world.begin(decisions)
        result = _finished(function, world)
        if not decisions.run_is_cut:
            _hand_over(world, result)
            found |= world.left()
    return found, decisions.cut


def _finished(function: Callable[[], Any], world: World) -> object:
    """What the function returns, in whatever way it is run; None where it raises."""
    try:
        result = function()
        if hasattr(result, "__aiter__"):
            return _consumed(result, world)
        if hasattr(result, "send") and hasattr(result, "cr_frame"):
            return _sent(result)
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SyntaxError, NameError, AttributeError, TypeError)) and not isinstance(
            error, UnboundLocalError
        ):
            raise
        return None
    return result


def _sent(coroutine: Any) -> object:
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a coroutine waits for something that is not of this world")


def _consumed(generator: Any, world: World) -> None:
    """An async generator that is gone on with, thrown into or closed at each `yield`."""
    try:
        _driven(generator, world)
    except CutError:
        world.cut()
        # Nobody finalises it in a later run, which would decide in its place.
        world.decide = world.forbid
        with suppress(BaseException):
            _sent(generator.aclose())


def _driven(generator: Any, world: World) -> None:
    step = generator.__anext__()
    while True:
        try:
            _sent(step)
        except StopAsyncIteration:
            return
        outcome = world.decide(3)
        if outcome == 2:
            _closed(generator)
            return
        step = generator.__anext__() if outcome == 0 else generator.athrow(ValueError)


def _closed(generator: Any) -> None:
    """A generator that goes on when it is closed hangs at its next `yield` for ever: no such run counts."""
    try:
        _sent(generator.aclose())
    except RuntimeError as error:
        if "ignored GeneratorExit" in str(error):
            raise CutError from None
        raise


def _hand_over(world: World, result: object) -> None:
    results = result if isinstance(result, tuple) else (result,)
    world.handed.extend(one for one in results if isinstance(one, Client))
