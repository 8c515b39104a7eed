"""Programs as people write them, by chance: what builds, opens, uses and closes a client, and the ways in which that is laid out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

# A logical line: how deep it stands, and its text; `⏎` is a line break within it, indented like it.
Line = tuple[int, str]

HELPERS = {
    "use": "async def use(client, number):\n    await client.send(number)\n",
    "opened": "async def opened(client):\n    await client.connect()\n",
    "shut": "async def shut(client):\n    await client.disconnect()\n",
    "wrapped": "def wrapped(function):\n    return function\n",
}
_ACME = "from acme_world import choose, items, keep, manager, pause, say, step"


@dataclass(frozen=True)
class Program:
    """Its source, and the function that is called to run it; empty for a script."""

    source: bytes
    entry: str
    shape: str


class Shapes:
    """Programs by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def program(self) -> Program:
        """One program."""
        self.numbers = 0
        self.rows = self.chance.randint(1, 7)
        self.kind = self._of("async", "async", "async", "sync", "sync", "generator")
        self.client = self._of("client", "client", "bot")
        self.shape = ""
        entry = "main"
        where = self._of("function", "function", "function", "function", "method", "inner", "script", "guarded script")
        if where in {"script", "guarded script"}:
            self.kind, entry = "sync", ""
        self.in_function = entry != ""
        body = self._pre() + self._region()
        lines = self._placed(body, where)
        return Program(self._laid_out(lines), entry, f"{self.kind} {where} {self.shape}")

    def _of(self, *choices: str) -> str:
        return self.chance.choice(choices)

    def _may(self, share: float) -> bool:
        return self.chance.random() < share

    @property
    def n(self) -> int:
        self.numbers += 1
        return self.numbers

    @property
    def is_async(self) -> bool:
        return self.kind != "sync"

    @property
    def w(self) -> str:
        return "await " if self.is_async else ""

    @property
    def a(self) -> str:
        return "async " if self.is_async else ""

    # the whole

    def _placed(self, body: list[Line], where: str) -> list[Line]:
        def into(depth: int, head: str) -> list[Line]:
            return [(depth, head), *[(depth + 1 + level, text) for level, text in body]]

        arguments = self._of("", "", "limit=3", "limit: int = 3")
        returns = self._of("", "", " -> object")
        if where == "function":
            decorator = [(0, "@wrapped")] if self._may(0.1) else []
            return decorator + into(0, f"{self.a}def main({arguments}){returns}:")
        if where == "method":
            head = [(0, "class Job:"), *([(1, '"""A job."""'), (0, "")] if self._may(0.3) else [])]
            return head + into(1, f"{self.a}def main(self){returns}:") + [(0, ""), (0, ""), (0, "def main():"), (1, "return Job().main()")]
        if where == "inner":
            return [(0, "def main():"), *into(1, f"{self.a}def inner({arguments}):"), (0, ""), (1, "return inner()")]
        if where == "guarded script":
            return into(0, 'if __name__ == "__main__":')
        return body

    def _pre(self) -> list[Line]:
        found: list[Line] = []
        if self.in_function and self._may(0.15):
            found.append((0, self._of('"""Do it."""', '"""Do it,⏎⏎and more.⏎"""')))
        found.append((0, "x = 0"))
        return found + (self._atoms(1) if self._may(0.3) else [])

    def _region(self) -> list[Line]:
        shapes = [
            "straight", "straight", "tried", "tried", "tried", "tried_open", "tried_open", "tried_all", "tried_all", "entered", "built_entered",
            "chosen", "looped", "managed", "matched", "bot", "inner_uses", "opened_else", "twice", "registry", "returned", "fluent", "stacked",
            "semicolons", "tried_twice", "given",
        ]  # fmt: skip
        self.shape = self.chance.choice(shapes)
        return getattr(self, f"_{self.shape}")()

    # what is done with the client

    def _built(self) -> list[Line]:
        return [(0, self._build())]

    def _call(self) -> str:
        name = "TelegramClient"
        last = f"step({self.n})" if self._may(0.12) else '"hash"'
        return self._of(
            f'{name}("S", 1, {last})', f'{name}("S", 1, {last})', f'{name}("S", 1, api_hash={last})',
            f'{name}(⏎    "S", 1, {last},⏎)', f'{name}("S",⏎{" " * 8}1, {last})', f'{name}(⏎    "S",  # name of it⏎    1,⏎    {last},⏎)',
            f'{name}("S", 1, {last}, device_model="x")', f"{name}('S', 1, {last}, **{{'lang_code': 'en'}})", f'{name}(session="S", api_id=1, api_hash={last})',
        )  # fmt: skip

    def _build(self) -> str:
        chained = f"{self.client} = other" if self._may(0.1) else self.client
        target = self._of(self.client, self.client, self.client, f"{self.client}: TelegramClient", chained)
        call = self._call()
        return f"{target} = ({call})" if self._may(0.03) else f"{target} = {call}"

    def _opening(self) -> list[Line]:
        c, w = self.client, self.w
        if self._may(0.06):
            return []
        plain = self._of(f"{w}{c}.connect()", f"{w}{c}.connect()", f"{w}{c}.start()", f'{w}{c}.start(bot_token="T")', f"{w}{c}.start(bot_token=TOKEN)")
        odd = [
            [(0, f"if not {c}.is_connected():"), (1, f"{w}{c}.connect()")],
            [(0, f"if {w}{c}.connect() is not None:"), (1, f"step({self.n})")],
            [(0, f"x = {w}{c}.connect()")],
            [(0, f"{w}{c}.connect(); step({self.n})")],
            [(0, f"{c} = {w}{c}.start()")],
            [(0, f"if choose({self.n}):"), (1, f"{w}{c}.start(bot_token=TOKEN)"), (0, "else:"), (1, f"{w}{c}.start()")],
            [(0, "if TOKEN:"), (1, f"{w}{c}.start(bot_token=TOKEN)"), (0, "else:"), (1, f"{w}{c}.start()")],
        ]
        if self.is_async:
            odd += [[(0, f"await asyncio.wait_for({c}.connect(), 5)")], [(0, f"await opened({c})")]]
        return self.chance.choice(odd) if self._may(0.15) else [(0, plain)]

    def _closing(self, *, certain: bool = False) -> list[Line]:
        c, w = self.client, self.w
        if not certain and self._may(0.25):
            return []
        one = f"{w}{c}.disconnect()"
        odd = [
            [(0, f"if {c}:"), (1, one)], [(0, f"if {c} is not None:"), (1, one)], [(0, f"if {c}.is_connected():"), (1, one)],
            [(0, "try:"), (1, one), (0, "except Exception:"), (1, "pass")],
            [(0, "try:"), (1, one), (0, "except Exception:"), (1, f"step({self.n})")],
            [(0, "with suppress(Exception):"), (1, one)],
            [(0, f"if {c} and {c}.is_connected():"), (1, one)], [(0, f"{one}; step({self.n})")], [(0, f"if choose({self.n}):"), (1, one)],
            [(0, f"step({self.n})"), (0, one)], [(0, one), (0, f"step({self.n})")], [(0, one), (0, f"{c} = None")],
        ]  # fmt: skip
        if self.is_async:
            odd += [[(0, f"{c}.disconnect()")], [(0, f"await shut({c})")], [(0, f"await asyncio.wait_for({c}.disconnect(), 5)")],
                    [(0, f"asyncio.create_task({c}.disconnect())")], [(0, f"done = {c}.disconnect()"), (0, "await done")]]  # fmt: skip
        else:
            odd += [[(0, f"asyncio.run({c}.disconnect())")], [(0, f"{c}.loop.run_until_complete({c}.disconnect())")]]
        return self.chance.choice(odd) if self._may(0.4) else [(0, one)]

    # shapes

    def _straight(self) -> list[Line]:
        return [*self._built(), *self._middle(), *self._opening(), *self._block(2), *self._closing(), *self._after()]

    def _tried(self) -> list[Line]:
        return [
            *self._built(), *self._middle(), *self._opening(), *self._middle(), (0, "try:"), *_in(self._block(2)), *self._handlers(), *self._finally(),
            *self._after(),
        ]  # fmt: skip

    def _tried_open(self) -> list[Line]:
        return [
            *self._built(), *self._middle(), (0, "try:"), *_in([*self._opening(), *self._block(2)]), *self._handlers(), *self._finally(),
            *self._after(),
        ]  # fmt: skip

    def _tried_all(self) -> list[Line]:
        reset: list[Line] = [(0, f"{self.client} = None")] if self._may(0.7) else []
        inside = [*self._middle(), *self._built(), *self._middle(), *self._opening(), *self._block(2), *(self._closing() if self._may(0.3) else [])]
        return [*reset, (0, "try:"), *_in(inside), *self._handlers(), *self._finally(), *self._after()]

    def _tried_twice(self) -> list[Line]:
        body = [(0, "try:"), *_in(self._block(1)), *self._handlers(), *self._finally()]
        return [*self._built(), (0, "try:"), *_in([*self._opening(), *body]), *self._handlers(), *self._finally(), *self._after()]

    def _entered(self) -> list[Line]:
        call = self._call()
        call = f'{call}.start(bot_token="T")' if self._may(0.1) and not self.is_async else call
        name = f" as {self.client}" if self._may(0.95) else ""
        more = f", manager({self.n})" if self._may(0.1) else ""
        body = self._block(2) if name else self._atoms(1)
        return [*self._middle(), (0, f"{self.a}with {call}{name}{more}:"), *_in(body), *self._after()]

    def _built_entered(self) -> list[Line]:
        return [*self._built(), *self._middle(), (0, f"{self.a}with {self.client}:"), *_in(self._block(2)), *self._after()]

    def _chosen(self) -> list[Line]:
        lines: list[Line] = [(0, f"if choose({self.n}):"), *_in(self._straight())]
        return lines + ([(0, "else:"), *_in(self._atoms(1))] if self._may(0.5) else [])

    def _looped(self) -> list[Line]:
        self.in_loop = True
        inside = self.chance.choice((self._straight, self._tried, self._tried_open))()
        self.in_loop = False
        return [(0, f"for _ in items({self.n}):"), *_in(inside), *self._atoms(1)]

    def _managed(self) -> list[Line]:
        inside = self.chance.choice((self._straight, self._tried))()
        return [(0, f"{self._of('', self.a)}with manager({self.n}):"), *_in(inside), *self._after()]

    def _matched(self) -> list[Line]:
        return [(0, f"match choose({self.n}):"), (1, "case True:"), *_in(_in(self._straight())), (1, "case _:"), *_in(_in(self._atoms(1)))]

    def _bot(self) -> list[Line]:
        c = self.client
        handler: list[Line] = [(0, f"@{c}.on(events.NewMessage)"), (0, "async def handler(event):"), (1, f"await {c}.send({self.n})"), (0, "")]
        if self._may(0.3):
            handler = [(0, "async def handler(event):"), (1, f"await pause({self.n})"), (0, f"{c}.add_event_handler(handler)")]
        lines = [*handler, *self._opening()] if self._may(0.5) else [*self._opening(), *handler]
        last: list[Line] = [(0, f"{self.w}{c}.run_until_disconnected()")]
        if self._may(0.3):
            last = [(0, "try:"), *_in(last), *self._handlers(), *self._finally()]
        return [*self._built(), *lines, *self._middle(), *last, *self._after()]

    def _inner_uses(self) -> list[Line]:
        c = self.client
        work: list[Line] = [(0, "async def work():"), *_in(self._opening_async()), (1, f"await {c}.send({self.n})"), (1, f"return await pause({self.n})"), (0, "")]
        if self.is_async:
            return [*self._built(), *work, *self._opening(), (0, "x = await work()"), *self._closing(), *self._after()]
        how = self.chance.choice((
            [(0, f"with {c}:"), (1, f"{c}.loop.run_until_complete(work())")], [(0, f"{c}.loop.run_until_complete(work())")],
            [*self._opening(), (0, f"x = {c}.loop.run_until_complete(work())"), *self._closing()], [(0, "asyncio.run(work())")],
        ))  # fmt: skip
        return [*self._built(), *work, *how, *self._after()]

    def _opening_async(self) -> list[Line]:
        return [(0, f"await {self.client}.connect()")] if self._may(0.4) else []

    def _opened_else(self) -> list[Line]:
        body = self._block(1)
        how: list[Line] = [(0, "try:"), *_in(self._opening() or self._atoms(1)), (0, self._of("except ConnectionError:", "except Exception:"))]
        how += self.chance.choice(([(1, "return")], [(1, f"step({self.n})")], [(1, f"step({self.n})"), (1, "raise")]))
        how = [one if one[1] != "return" or self.in_function else (1, "raise") for one in how]
        how += [(0, "else:"), *_in(body)] if self._may(0.4) else body
        return [*self._built(), *self._middle(), *how, *self._closing(), *self._after()]

    def _twice(self) -> list[Line]:
        first = self._straight()
        self.client = self._of(self.client, "second")
        return [*first, (0, ""), *self._straight()]

    def _registry(self) -> list[Line]:
        c = self.client
        return [(0, "clients = {}"), *self._built(), *self._opening(), (0, f'clients["S"] = {c}'), *self._block(1), *self._after(),
                *([(0, f'{self.w}clients["S"].disconnect()')] if self._may(0.5) else [])]  # fmt: skip

    def _returned(self) -> list[Line]:
        if not self.in_function or self.kind == "generator":
            return self._straight()
        c = self.client
        return [*self._built(), *self._opening(), *self._atoms(1), (0, self._of(f"return {c}", f"return {c}", f"return ({c}, 1)", f"return {self.w}{c}.start()"))]

    def _fluent(self) -> list[Line]:
        token = self._of("", 'bot_token="T"', "bot_token=TOKEN")
        build = f"{self.client} = {self.w}{self._call()}.start({token})"
        if self._may(0.2):
            build = f"{self.client} = {self.w}(⏎    {self._call()}⏎    .start({token})⏎)"
        body: list[Line] = self._block(2)
        body = [(0, "try:"), *_in(body), *self._handlers(), *self._finally()] if self._may(0.5) else [*body, *self._closing()]
        return [(0, build), *body, *self._after()]

    def _stacked(self) -> list[Line]:
        kind = "AsyncExitStack" if self.is_async else "ExitStack"
        c = self.client
        push = self._of("stack.push_async_callback", "stack.callback") if self.is_async else "stack.callback"
        how = self.chance.choice((
            [*self._built(), *self._opening(), (0, f"{push}({c}.disconnect)")],
            [*self._built(), (0, f"{self.w}stack.enter_{'async_' if self.is_async else ''}context({c})")],
            [(0, f"{c} = {self.w}stack.enter_{'async_' if self.is_async else ''}context({self._call()})")],
        ))  # fmt: skip
        return [(0, f"{self.a}with {kind}() as stack:"), *_in([*how, *self._block(1)]), *self._after()]

    def _semicolons(self) -> list[Line]:
        w, c = self.w, self.client
        return [(0, f'{c} = TelegramClient("S", 1, "hash"); {w}{c}.connect()'), *self._block(1), *self._closing(), *self._after()]

    def _given(self) -> list[Line]:
        """The client goes to functions of the project."""
        c = self.client
        if not self.is_async:
            return self._straight()
        return [*self._built(), (0, f"await opened({c})"), (0, f"await use({c}, {self.n})"), *self._block(1), (0, f"await shut({c})"), *self._after()]

    # around

    def _middle(self) -> list[Line]:
        return self._atoms(1) if self._may(0.25) else []

    def _after(self) -> list[Line]:
        if self._may(0.08):
            return [(0, f"say({self.n}, {self.client}.is_connected())")]
        found = self._atoms(1) if self._may(0.4) else []
        return [*found, (0, "return x")] if self._may(0.2) and self.in_function and self.kind != "generator" and not self.in_loop else found

    in_loop = False

    def _handlers(self) -> list[Line]:
        found: list[Line] = []
        names = self.chance.choice(((), (), ("ValueError",), ("Exception",), ("Exception as e",), ("ConnectionError", "ValueError"), ("BaseException",), ("",)))
        for name in names:
            body = self._atoms(1)
            if self._may(0.35):
                body = [*self._closing(certain=True), *body]
            if self._may(0.3):
                body = [*body, (0, "raise")]
            found += [(0, f"except {name}:" if name else "except:"), *_in(body)]
        if found and self._may(0.15):
            found += [(0, "else:"), *_in(self._block(1))]
        self._needs_finally = not found
        return found

    _needs_finally = False

    def _finally(self) -> list[Line]:
        if not self._needs_finally and self._may(0.4):
            return []
        closing = self._closing(certain=self._may(0.85))
        more = self._atoms(1) if self._may(0.15) or not closing else []
        return [(0, "finally:"), *_in([*closing, *more] if self._may(0.7) else [*more, *closing])]

    def _block(self, depth: int) -> list[Line]:
        found: list[Line] = []
        for _ in range(self.chance.randint(1, 3)):
            if self.rows <= 0 and found:
                break
            self.rows -= 1
            statement = getattr(self, f"_{self._of('if', 'if', 'for', 'while', 'with', 'try', 'try', 'match', 'def')}_")(depth - 1) if depth and self._may(0.35) else self._atom()
            found += statement
            if len(statement) == 1 and re.match(r"(?:return|raise|break|continue)\b", statement[-1][1]):
                break
        return found

    def _atoms(self, most: int) -> list[Line]:
        """Statements that have nothing to do with the client."""
        return [(0, self._plain()) for _ in range(self.chance.randint(1, most))]

    def _plain(self) -> str:
        atoms = [f"step({self.n})", f"step({self.n})", f"x = step({self.n})", f"say({self.n}, x)", f'say({self.n}, """a⏎b\n  c""")', f"say({self.n}, f'''{{x}}\n{{x}}''')"]
        if self.is_async:
            atoms += [f"await pause({self.n})", f"x = await pause({self.n})"]
        return self.chance.choice(atoms)

    def _atom(self) -> list[Line]:
        c, w = self.client, self.w
        atoms = [
            self._plain(), self._plain(), f"{w}{c}.send({self.n})", f"{w}{c}.send({self.n})", f"x = {w}{c}.send({self.n})", f"say({self.n}, {w}{c}.send({self.n}))",
            f"x = [{w}{c}.send({self.n}) for _ in items({self.n})]", f"say({self.n}, {c}.is_connected())", "raise ValueError", f"assert choose({self.n})",
            f"step({self.n}); {w}{c}.send({self.n})", f"{w}{c}.send(⏎    {self.n},⏎)", f'say({self.n}, """x\n y""", {w}{c}.send({self.n}))', "pass",
        ]  # fmt: skip
        if self.in_function:
            atoms += ["return", "return" if self.kind == "generator" else "return x"]
            if self.kind != "generator":
                atoms += [f"return {w}{c}.send({self.n})", f"return {w}{c}.send({self.n})"]
        if self.kind == "generator":
            atoms += [f"yield {w}{c}.send({self.n})", f"yield {self.n}", f"yield {self.n}"]
        if self.in_body_loop:
            atoms += ["break", "continue"]
        if self.is_async:
            atoms += [f"await asyncio.gather({c}.send({self.n}), {c}.send({self.n}))", f"await use({c}, {self.n})", f"asyncio.create_task({c}.send({self.n}))"]
            if self._may(0.1):
                return [(0, f"task = asyncio.create_task(use({c}, {self.n}))"), (0, f"step({self.n})"), (0, "await task")]
        if self._may(0.02):
            atoms += [f"{w}{c}.disconnect()", f"del {c}", f"{c} = None"]
            atoms += [f"keep({self.n}, {c})"] if self.is_async else []  # plain code is done with what it has called
        return [(0, self.chance.choice(atoms))]

    in_body_loop = False

    def _if_(self, depth: int) -> list[Line]:
        lines: list[Line] = [(0, f"if {self._of(f'choose({self.n})', self.client + '.is_connected()', f'{self.w}{self.client}.send({self.n}) > 2')}:")]
        lines += _in(self._block(depth))
        if self._may(0.2):
            lines += [(0, f"elif choose({self.n}):"), *_in(self._block(depth))]
        return lines + ([(0, "else:"), *_in(self._block(depth))] if self._may(0.4) else [])

    def _for_(self, depth: int) -> list[Line]:
        return self._loop(f"for _ in items({self.n}):", depth)

    def _while_(self, depth: int) -> list[Line]:
        return self._loop(f"while choose({self.n}):", depth)

    def _loop(self, head: str, depth: int) -> list[Line]:
        before, self.in_body_loop = self.in_body_loop, True
        lines: list[Line] = [(0, head), *_in(self._block(depth))]
        self.in_body_loop = before
        return lines + ([(0, "else:"), *_in(self._block(depth))] if self._may(0.2) else [])

    def _with_(self, depth: int) -> list[Line]:
        return [(0, f"{self._of('', self.a)}with manager({self.n}):"), *_in(self._block(depth))]

    def _try_(self, depth: int) -> list[Line]:
        lines: list[Line] = [(0, "try:"), *_in(self._block(depth))]
        names = self.chance.choice(((), ("ValueError",), ("Exception",), ("ValueError", "KeyError")))
        for name in names:
            lines += [(0, f"except {name}:"), *_in(self._block(depth))]
        if names and self._may(0.3):
            lines += [(0, "else:"), *_in(self._block(depth))]
        return lines + ([(0, "finally:"), *_in(self._atoms(1))] if not names or self._may(0.3) else [])

    def _match_(self, depth: int) -> list[Line]:
        return [(0, f"match choose({self.n}):"), (1, "case True:"), *_in(_in(self._block(depth))), (1, "case _:"), *_in(_in(self._block(depth)))]

    def _def_(self, depth: int) -> list[Line]:
        del depth
        if self.is_async:
            return [(0, "async def more():"), (1, f"return await {self.client}.send({self.n})"), (0, ""), (0, "x = await more()")]
        return [(0, "def more():"), (1, f"return {self.client}.send({self.n})"), (0, "x = more()")]

    # how it is laid out

    def _laid_out(self, lines: list[Line]) -> bytes:
        unit = self._of("    ", "    ", "    ", "  ", "\t")
        lines = self._compressed(lines) if self._may(0.25) else lines
        rows: list[str] = []
        comments = self.chance.choice((0, 0, 0.1, 0.4))
        blanks = self.chance.choice((0, 0.1, 0.3))
        for level, text in lines:
            margin = unit * level
            if self._may(blanks) and rows:
                rows.append("" if self._may(0.9) else margin)
            if self._may(comments) and text:
                rows.append(f"{margin}# {self.n} above")
            row = margin + text.replace("⏎", f"\n{margin}")
            rows.append(f"{row}  # {self.n} beside" if text and self._may(comments / 2) else row)
        if self._may(comments):
            rows.append(f"{self._of('', unit)}# {self.n} last")
        body = "\n".join(rows)
        text = self._head(body) + body + self._of("\n", "\n", "\n", "", "\n\n", "\n")
        line_end = self._of("\n", "\n", "\n", "\r\n")
        return text.replace("\n", line_end).encode()

    def _head(self, body: str) -> str:
        imports = ["import asyncio", "from contextlib import AsyncExitStack, ExitStack, suppress", _ACME]
        telethon = self.chance.choice((
            ["from telethon import TelegramClient, events"], ["from telethon import events", "from telethon import TelegramClient"],
            ["from telethon import (", "    TelegramClient,", "    events,", ")"], ["from telethon.sync import TelegramClient, events"] if not self.is_async else
            ["from telethon import TelegramClient, events  # theirs"],
        ))  # fmt: skip
        imports = [*telethon, *imports] if self._may(0.3) else [*imports, *telethon]
        future = ["from __future__ import annotations", ""] if self._may(0.15) else []
        documented = ['"""A program."""', ""] if self._may(0.2) else []
        if self._may(0.1):
            documented = ["#!/usr/bin/env python", *documented]
        helpers = [f"\n\n{text}" for name, text in HELPERS.items() if re.search(rf"\b{name}\b", body)]
        return "\n".join([*documented, *future, *imports, "", 'TOKEN = "T"', "other = None", ""]) + "".join(helpers) + "\n\n"

    def _compressed(self, lines: list[Line]) -> list[Line]:
        """Some blocks of one statement on the row of their colon, some statements on one row."""
        found: list[Line] = []
        for place, (level, text) in enumerate(lines):
            following = lines[place + 1][0] if place + 1 < len(lines) else 0
            simple = not re.match(r"(?:async |if |for |while |with |try|except|finally|else|elif|match |case |def |class |@|\"\"\")", text) and "\n" not in text
            head = found[-1] if found else (0, "")
            if simple and text and "⏎" not in text and following < level and head[0] == level - 1 and head[1].endswith(":") and lines[place - 1] == head:
                if not re.match(r"(?:def|async def|class|match|case)", head[1]) and self._may(0.5):
                    found[-1] = (head[0], f"{head[1]} {text}")
                    continue
            found.append((level, text))
        return found


def _in(lines: list[Line]) -> list[Line]:
    return [(level + 1, text) for level, text in lines]
