"""Programs for the judge: all of a small grammar up to a size, and larger ones by chance."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

Lines: TypeAlias = "tuple[str, ...]"

IMPORTS = """\
import asyncio
import sys
from asyncio import CancelledError

from acme_world import choose, items, keep, manager, pause, step, trap, trapped
from telethon import TelegramClient
"""
HELPERS = """

async def shut(client):
    await client.disconnect()


async def shut_if(client):
    if choose():
        await client.disconnect()


async def use(client):
    await pause()


async def calm(client):
    return client.is_connected()


async def open_it(client):
    await client.connect()


async def give(client):
    return client


async def owned(client):
    try:
        await pause()
    finally:
        await shut(client)
"""


@dataclass(frozen=True)
class Program:
    """A function: `async`, plain, or an async generator."""

    kind: str
    body: Lines

    def text(self, name: str) -> str:
        """Its source, with the sites of its clients named after it."""
        start = "def" if self.kind == "sync" else "async def"
        lines = [line if self.kind != "sync" else line.replace("await ", "").replace("async with", "with") for line in self.body]
        found = itertools.count()
        named = [line.replace("SITE", f"{name}.{next(found)}") if "SITE" in line else line for line in lines]
        return "\n".join([f"{start} {name}():", *(f"    {line}" for line in named)]) + "\n"


BUILT = 'client = TelegramClient("SITE", 1, "hash")'
ATOMS = ("await client.connect()", "await client.disconnect()", "await pause()", "return", "raise ValueError")


def _indented(lines: Lines) -> Lines:
    return tuple(f"    {line}" for line in lines)


def every(size: int) -> Iterator[Program]:
    """Every program of up to *size* statements round one client."""
    for length in range(1, size + 1):
        for body in _blocks(length, in_loop=False):
            yield Program("async", (BUILT, *body))


@cache
def _blocks(size: int, *, in_loop: bool) -> tuple[Lines, ...]:
    """Every list of statements that has *size* of them, counting those inside others."""
    found: list[Lines] = []
    for first in range(1, size + 1):
        for statement in _statements(first, in_loop=in_loop):
            if first == size:
                found.append(statement)
            elif not statement[-1].startswith(("return", "raise", "break", "continue")):
                found += [statement + rest for rest in _blocks(size - first, in_loop=in_loop)]
    return tuple(found)


@cache
def _statements(size: int, *, in_loop: bool) -> tuple[Lines, ...]:
    if size == 1:
        atoms = (*ATOMS, "break") if in_loop else ATOMS
        return tuple((atom,) for atom in atoms)
    found: list[Lines] = []
    for head in ("if choose():", "async with client:", "with manager():"):
        found += [(head, *_indented(body)) for body in _blocks(size - 1, in_loop=in_loop)]
    found += [("for _ in items():", *_indented(body)) for body in _blocks(size - 1, in_loop=True)]
    found += [("while True:", *_indented(body)) for body in _blocks(size - 1, in_loop=True)]
    for first in range(1, size - 1):
        for body, last in itertools.product(_blocks(first, in_loop=in_loop), _blocks(size - 1 - first, in_loop=in_loop)):
            found += [
                ("try:", *_indented(body), f"{end}:", *_indented(last)) for end in ("finally", "except ValueError", "except BaseException")
            ]
    return tuple(found)


class Larger:
    """Programs by chance, with everything that the grammar leaves out."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def program(self) -> Program:
        """One program."""
        kind = self.chance.choice(("async", "async", "async", "sync", "generator"))
        self.kind = kind
        self.rows = self.chance.randint(3, 9)
        start: Lines = self.chance.choice(((BUILT,), ("client = None",), ("client = None", "own = choose()")))
        body = self._block(3, in_loop=False, most=4)
        if not any("SITE" in line for line in (*start, *body)):
            start = (*start, BUILT)
        if kind == "generator":
            body = (*body, "yield 0")
        if kind == "sync":
            # What only a coroutine can do has no plain form here.
            body = tuple(line for line in body)
        return Program(kind, (*start, "own = True", *body) if "own = choose()" not in start else (*start, *body))

    def _block(self, depth: int, *, in_loop: bool, most: int = 3) -> Lines:
        lines: list[str] = []
        for _ in range(self.chance.randint(1, most)):
            if self.rows <= 0 and lines:
                break
            self.rows -= 1
            statement = self._statement(depth, in_loop=in_loop)
            lines += statement
            if statement[-1].startswith(("return", "raise", "break", "continue")):
                break
        return tuple(lines)

    def _statement(self, depth: int, *, in_loop: bool) -> Lines:
        if depth == 0 or self.chance.random() < 0.45:
            return (self._atom(in_loop=in_loop),)
        return getattr(self, f"_{self.chance.choice(_COMPOUND)}")(depth - 1, in_loop)

    def _atom(self, *, in_loop: bool) -> str:
        if in_loop and self.chance.random() < 0.2:
            return self.chance.choice(("break", "continue"))
        if self.kind == "generator" and self.chance.random() < 0.2:
            return "yield 1"
        atoms = _SYNC_ATOMS if self.kind == "sync" else _ASYNC_ATOMS
        atom = self.chance.choice(atoms)
        return "return" if self.kind == "generator" and atom.startswith("return") else atom

    def _test(self) -> str:
        return self.chance.choice(_TESTS)

    def _if(self, depth: int, in_loop: bool) -> Lines:
        lines: Lines = (f"if {self._test()}:", *_indented(self._block(depth, in_loop=in_loop)))
        if self.chance.random() < 0.4:
            lines += ("else:", *_indented(self._block(depth, in_loop=in_loop)))
        return lines

    def _for(self, depth: int, in_loop: bool) -> Lines:
        lines: Lines = ("for _ in items():", *_indented(self._block(depth, in_loop=True)))
        return lines + (("else:", *_indented(self._block(depth, in_loop=in_loop))) if self.chance.random() < 0.3 else ())

    def _while(self, depth: int, in_loop: bool) -> Lines:
        test = self.chance.choice(("choose()", "True", "choose() and choose()"))
        lines: Lines = (f"while {test}:", *_indented(self._block(depth, in_loop=True)))
        return lines + (("else:", *_indented(self._block(depth, in_loop=in_loop))) if self.chance.random() < 0.3 else ())

    def _with(self, depth: int, in_loop: bool) -> Lines:
        kinds = ["manager()", "manager() as thing", "manager(), manager()"]
        head = self.chance.choice([f"with {kind}:" for kind in kinds] + [f"async with {kind}:" for kind in [*kinds, _OWN]])
        if self.kind == "sync":
            head = head.replace("async ", "").replace("await ", "")
        body = self._block(depth, in_loop=in_loop)
        if "client" in head or "TelegramClient" in head:
            return ("if client is not None:", f"    {head}", *_indented(_indented(body)))
        return (head, *_indented(body))

    def _try(self, depth: int, in_loop: bool) -> Lines:
        lines: Lines = ("try:", *_indented(self._block(depth, in_loop=in_loop)))
        caught = self.chance.choice(((), ("ValueError",), ("Exception",), ("BaseException",), ("ValueError", "CancelledError"), ("",)))
        for name in caught:
            lines += (f"except {name}:" if name else "except:", *_indented(self._block(depth, in_loop=in_loop)))
        if caught and self.chance.random() < 0.3:
            lines += ("else:", *_indented(self._block(depth, in_loop=in_loop)))
        if not caught or self.chance.random() < 0.3:
            lines += ("finally:", *_indented(self._block(depth, in_loop=in_loop)))
        return lines

    def _match(self, depth: int, in_loop: bool) -> Lines:
        first = self._block(depth, in_loop=in_loop)
        lines: Lines = ("match choose():", "    case True:", *_indented(_indented(first)))
        if self.chance.random() < 0.7:
            guard = self.chance.choice(("case _:", "case found if choose():", "case False:"))
            lines += (f"    {guard}", *_indented(_indented(self._block(depth, in_loop=in_loop))))
        return lines


_COMPOUND = ("if", "if", "for", "while", "with", "try", "try", "try", "match")
_OWN = "client"
_TESTS = (
    "choose()", "choose()", "own", "not own", "client is not None", "client is None", "client", "not client",
    "client and client.is_connected()", "choose() or own", "own and choose()", "(again := choose())",
)  # fmt: skip
_SAFE = "if client is not None: "
_COMMON = (
    BUILT, BUILT, "step()", "step()", "own = False", "own = choose()", "client = None", "other = client", "return", "return client",
    "raise ValueError", "raise KeyError", "keep(client)", "assert choose()", "pass", "x = [step() for _ in items()]",
    "x = step() if choose() else 0", "x = choose() and step()", "other, x = client, 1", "del own; own = True",
    "def later(): return client", "return (client, 1)",
)  # fmt: skip
_OPENING = (f"{_SAFE}await client.connect()", f"{_SAFE}client = await client.start()", f"{_SAFE}await client.connect(); step()")
_CLOSING = (f"{_SAFE}await client.disconnect()",)
_SYNC_ATOMS = (*_COMMON, *_OPENING, *_OPENING, *_CLOSING, *_CLOSING, *_CLOSING)
_ASYNC_ATOMS = (
    *_COMMON, *_OPENING, *_OPENING, *_CLOSING, *_CLOSING, *_CLOSING, "await pause()", "await pause()",
    f"{_SAFE}client.disconnect()", f"{_SAFE}done = client.disconnect(); await done", f"{_SAFE}await shut(client)",
    f"{_SAFE}await shut_if(client)", f"{_SAFE}await use(client)", f"{_SAFE}await calm(client)", f"{_SAFE}await open_it(client)",
    f"{_SAFE}client = await give(client)", f"{_SAFE}await owned(client)",
    'client = await TelegramClient("SITE", 1, "hash").start()',
)  # fmt: skip
