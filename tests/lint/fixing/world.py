"""What programs run in before and after a fix: one client under both its names, bare and guarded, and a record of all that happens.

Decisions have names, `("step", 3, first time)`, so that the fixed program is told the same as the original at the same places,
whatever the order in which it opens and closes its clients.
"""

from __future__ import annotations

import asyncio
import builtins
from contextlib import suppress
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.lint.flow.world import CutError, go_on

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

MOST_DECISIONS = 40
_EXCEPTIONS = (None, ValueError, asyncio.CancelledError)
_FAILED_OPENINGS = (None, ConnectionError, asyncio.CancelledError)


class HeldError(Exception):
    """The guard refuses a session that this process has."""


class Choices:
    """Sequences of decisions: every one as long as there is time, the last decision changed first, then some by chance."""

    def __init__(self, chance: random.Random, *, every: int, more: int) -> None:
        self._chance = chance
        self._every, self._more = every, more
        self._taken: list[list[int]] = []
        self._place = 0
        self._random = False

    def decide(self, outcomes: int) -> int:
        """One of *outcomes*.

        Raises:
            CutError: the run has decided too often already.
        """
        if self._place >= MOST_DECISIONS:
            raise CutError
        if self._place == len(self._taken):
            self._taken.append([self._chance.choice((0, 0, self._chance.randrange(outcomes))) if self._random else 0, outcomes])
        self._place += 1
        return self._taken[self._place - 1][0]

    def runs(self) -> Iterator[None]:
        """Once for each sequence."""
        for _ in range(self._every):
            self._place = 0
            yield
            if not go_on(self._taken, self._place):
                return
        self._random = True
        for _ in range(self._more):
            self._taken, self._place = [], 0
            yield


class World:
    """The names that the programs use, and the record of one run."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._decide: Callable[[tuple[Any, ...], int], int] = lambda _, __: 0
        self._modules = self._make_modules()
        self.begin(self._decide)

    def begin(self, decide: Callable[[tuple[Any, ...], int], int]) -> None:
        """A new run, whose decisions *decide* makes."""
        self._decide = decide
        self._times: dict[Any, int] = {}
        self.trace: list[tuple[Any, ...]] = []
        self.clients: list[Client] = []
        self.kept: list[Client] = []
        self.held: list[str] = []
        self.broken = ""
        """Why the original does what no fix has to keep: it uses a client that is not connected, or two of one session."""
        self.failed = False
        """Whether a client could not be opened."""
        self.turns = 0
        self.cut = self.over = False
        self.slipped = False
        """Whether a clean-up has failed because there is no client, on the way to another exception."""
        self.late = False
        """Whether a task has outlived the block that waits for it, as an exception has left that before."""
        self.main: asyncio.Task[Any] | None = None

    def is_main(self) -> bool:
        """Whether the program itself runs, and no task that it has started."""
        return not _running() or self.main is None or asyncio.current_task() is self.main

    def decide(self, name: object, outcomes: int) -> int:
        """The outcome of what *name* names, for the time that it is."""
        time = self._times[name] = self._times.get(name, 0) + 1
        try:
            return self._decide((name, time), outcomes)
        except CutError:
            self.cut = True  # also where the program catches it
            raise

    def note(self, *event: object) -> None:
        """Something that can be seen from outside has happened."""
        self.turns += 1
        if self.turns > 6 * MOST_DECISIONS:
            self.cut = True
            raise CutError
        if not self.over:
            self.trace.append(event)

    # what the programs call

    def step(self, number: int) -> int:
        outcome = self.decide(("step", number), 2)
        self.note("step", number, outcome)
        if outcome:
            raise ValueError
        return number

    async def pause(self, number: int) -> int:
        await asyncio.sleep(0)
        outcome = self.decide(("pause", number), 3)
        self.note("pause", number, outcome)
        if outcome:
            raise _EXCEPTIONS[outcome]  # type: ignore[misc]
        return number

    def choose(self, number: int) -> bool:
        outcome = self.decide(("choose", number), 2)
        self.note("choose", number, outcome)
        return outcome == 0

    def items(self, number: int) -> Iterator[int]:
        yield from range(self.decide(("items", number), 3))

    def say(self, number: int, *values: object) -> None:
        self.note("say", number, *map(plain, values))

    def keep(self, number: int, client: Any) -> None:
        self.note("keep", number)
        self.kept.append(client)

    def manager(self, number: int) -> Manager:
        return Manager(self, number)

    def _make_modules(self) -> dict[str, ModuleType]:
        world = self

        class TelegramClient(Client):
            def __init__(self, session: Any, api_id: Any, api_hash: Any, **options: Any) -> None:
                super().__init__(world, session, (api_id, api_hash), options)

        class Guard(_Guard):
            def __init__(self, session: Any, api_id: Any, api_hash: Any, **options: Any) -> None:
                super().__init__(world, options.pop("client_class", None) or TelegramClient, (session, api_id, api_hash), options)

        events = SimpleNamespace(NewMessage=lambda **_: "new", CallbackQuery="callback")
        acme = {name: getattr(self, name) for name in ("step", "pause", "choose", "items", "say", "keep", "manager")}
        sync = _module("telethon.sync", TelegramClient=TelegramClient, events=events)
        sessions = _module("telethon.sessions", StringSession=lambda text="": text)
        return {
            "telethon": _module("telethon", TelegramClient=TelegramClient, events=events, sync=sync, sessions=sessions),
            "telethon.sync": sync, "telethon.sessions": sessions,
            "tgsession_runtime": _module("tgsession_runtime", guarded_client=Guard),
            "acme_world": _module("acme_world", **acme),
        }  # fmt: skip

    def load(self, name: str, *args: Any) -> Any:
        """`import`, in the programs."""
        if name not in self._modules:
            return builtins.__import__(name, *args)
        asked = args[2] if len(args) > 2 else ()
        return self._modules[name if asked else name.partition(".")[0]]

    def names(self, name: str) -> dict[str, Any]:
        """The names of a module *name*."""
        return {"__name__": name, "__builtins__": {**vars(builtins), "__import__": self.load}}


def _module(name: str, **names: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(names)
    return module


def plain(value: Any) -> Any:
    if isinstance(value, _Guard):  # handed on in the place of a client that nobody has opened
        return (str(value.given[0]), value.given[1:], tuple(sorted(value.options.items())), value.token, False)
    return value.told() if isinstance(value, Client) else [plain(one) for one in value] if isinstance(value, (tuple, list)) else value


class Manager:
    """A context manager of somebody else's: enters or fails, passes an exception on or swallows it."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number = world, number

    def __enter__(self) -> int:
        outcome = self.world.decide(("enter", self.number), 2)
        self.world.note("enter", self.number, outcome)
        if outcome:
            raise KeyError
        return 1

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        swallows = issubclass(kind or BaseException, Exception) and self.world.decide(("exit", self.number), 2) == 1
        self.world.note("exit", self.number, getattr(kind, "__name__", ""), swallows)
        return swallows

    async def __aenter__(self) -> int:
        return self.__enter__()

    async def __aexit__(self, *raised: object) -> bool:
        return self.__exit__(*raised)


class Client:
    """A client: in a loop its methods give awaitables, and its disconnect runs by itself; elsewhere each runs to its end."""

    def __init__(self, world: World, session: Any, api: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.world = world
        self.name = str(session)
        self.given = (self.name, api, tuple(sorted(options.items())))
        self.number = sum(one.name == self.name for one in world.clients) + 1
        self.connected = self.closing = self.ended = self.was_open = False
        self.guard: _Guard | None = None
        self.token: object = None
        self.handlers: list[Any] = []
        self.session = SimpleNamespace(save=lambda: self.name)
        if any(one.connected and one.name == self.name for one in world.clients):
            world.broken = "two clients of one session"
        world.clients.append(self)
        world.trace.append(("built", self.name))

    def told(self) -> tuple[Any, ...]:
        """What others can see of it."""
        return (*self.given, self.token, self.connected)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return _running() or self.world.loop

    def _open(self, token: object = None) -> Client:
        if self.connected:
            return self
        if self.ended:
            self.world.broken = "opened again"
            raise HeldError
        if any(one.connected and one.name == self.name for one in self.world.clients):
            self.world.broken = "two clients of one session"
        # The guard opens what it builds, and a bare client is named by what it is the how-manieth of.
        outcome = self.world.decide(("open", self.name), 3)
        if outcome:
            self.world.failed = True
            self.world.trace.append(("failed", self.name))
            raise _FAILED_OPENINGS[outcome]  # type: ignore[misc]
        self.connected, self.closing, self.was_open = True, False, True
        self.token = token or self.token
        self.world.trace.append(("open", self.name))
        return self

    def _close(self) -> None:
        self.connected = self.closing = False
        if self.guard is not None and self.guard.open_ended:
            self.ended = True
            self.guard.release()

    def _use(self, number: int) -> int:
        if not self.connected or self.closing:
            self.world.note("use", number, "not connected")
            self.world.broken = "used while not connected"
            self.world.late = self.world.late or not self.world.is_main()
            raise ConnectionError
        outcome = self.world.decide(("use", number), 3)
        self.world.note("use", number, outcome)
        if outcome:
            raise _EXCEPTIONS[outcome]  # type: ignore[misc]
        return number

    def _now(self, action: Callable[[], Any]) -> Any:
        return _later(action) if _running() else action()

    def connect(self) -> Any:
        return self._now(lambda: self._open() and None)

    def start(self, **options: Any) -> Any:
        return self._now(lambda: self._open(options.get("bot_token")))

    def send(self, number: int) -> Any:
        return self._now(lambda: self._use(number))

    def disconnect(self) -> Any:
        loop = _running()
        if loop is None:
            return self._close()
        self.closing = True
        return asyncio.shield(loop.create_task(_later(self._close)))

    def is_connected(self) -> bool:
        if self.closing:
            self.world.broken = "asked while it is about to be closed"
        return self.connected

    def on(self, _: object) -> Callable[[Any], Any]:
        return lambda handler: self.handlers.append(handler) or handler

    def add_event_handler(self, handler: Any, _: object = None) -> None:
        self.handlers.append(handler)

    def run_until_disconnected(self) -> Any:
        return self._until() if _running() else self.world.loop.run_until_complete(self._until())

    async def _until(self) -> None:
        try:
            self._use(0)
            for handler in self.handlers:
                with suppress(Exception):
                    await handler(0)
        finally:
            self._close()

    def __enter__(self) -> Any:
        return self._open()

    def __exit__(self, *_: object) -> None:
        self._close()

    async def __aenter__(self) -> Any:
        return self._open()

    async def __aexit__(self, *_: object) -> None:
        self._close()


class _Guard:
    """`guarded_client(…)`: the claim, the client, and their end."""

    def __init__(self, world: World, kind: Any, given: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.world, self.kind, self.given, self.options = world, kind, given, options
        self.token = options.pop("bot_token", None)
        self.open_ended = False
        self.client: Any = None

    def _enter(self) -> Client:
        name = str(self.given[0])
        if name in self.world.held:
            self.world.broken = "two clients of one session"
            raise HeldError
        self.world.held.append(name)
        try:
            self.client = self.kind(*self.given, **self.options)
            self.client.guard = self
            self.client._open(self.token)
        except BaseException:
            self.release()
            raise
        return self.client

    def release(self) -> None:
        name = str(self.given[0])
        if name in self.world.held:
            self.world.held.remove(name)

    def _leave(self) -> None:
        self.client._close()
        self.client.ended = True
        self.release()

    def __enter__(self) -> Any:
        if _running():
            raise RuntimeError("a loop runs")
        return self._enter()

    def __exit__(self, *_: object) -> None:
        self._leave()

    async def __aenter__(self) -> Any:
        return self._enter()

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def open(self) -> Client:
        self.open_ended = True
        return self.__enter__()

    async def aopen(self) -> Client:
        self.open_ended = True
        return self._enter()


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _later(action: Callable[[], Any]) -> Any:
    return action()
