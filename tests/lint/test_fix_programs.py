"""What whole programs become: logins that only remain, clients opened elsewhere, tasks that end in time, own constructors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.test_fix import CALL, GUARD, mended, notes, project

__all__ = ["project"]  # the fixture


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # what a person is asked by `start` goes, and the program's own login never runs
            """
            c = CALL
            await c.start(phone=ask, password=P)
            await c.g()
            """,
            """
            async with GUARD as c:
                await c.g()
            """,
        ),
        (
            """
            c = CALL
            await c.connect()
            if not await c.is_user_authorized():
                await c.sign_in('1')
            await c.g()
            """,
            """
            async with GUARD as c:
                if not await c.is_user_authorized():
                    await c.sign_in('1')
                await c.g()
            """,
        ),
        (  # opened inside an expression, or by what the client is given to: there it does nothing any more
            """
            c = CALL
            if await c.connect() is None:
                await c.g()
            """,
            """
            async with GUARD as c:
                if await c.connect() is None:
                    await c.g()
            """,
        ),
        (
            """
            async def g():
                await c.connect()
                await c.g()
            c = CALL
            await g()
            """,
            None,
        ),
        (
            """
            c = CALL
            async def g():
                await c.connect()
                await c.g()
            await g()
            """,
            """
            async with GUARD as c:
                async def g():
                    await c.connect()
                    await c.g()
                await g()
            """,
        ),
        (
            """
            c = CALL
            await opened(c)
            await c.g()
            """,
            """
            async with GUARD as c:
                await opened(c)
                await c.g()
            """,
        ),
        (  # tasks that end before the block does
            """
            c = CALL
            await c.connect()
            await asyncio.wait([asyncio.create_task(c.g()) for _ in x])
            """,
            """
            async with GUARD as c:
                await asyncio.wait([asyncio.create_task(c.g()) for _ in x])
            """,
        ),
        (
            """
            c = CALL
            await c.connect()
            t = asyncio.create_task(c.g())
            try:
                await t
            finally:
                end()
            """,
            """
            async with GUARD as c:
                t = asyncio.create_task(c.g())
                try:
                    await t
                finally:
                    end()
            """,
        ),
        (
            """
            c = CALL
            await c.connect()
            t = []
            for i in x:
                t.append(asyncio.create_task(c.g(i)))
            for one in t:
                await one
            """,
            """
            async with GUARD as c:
                t = []
                for i in x:
                    t.append(asyncio.create_task(c.g(i)))
                for one in t:
                    await one
            """,
        ),
        (
            """
            c = CALL
            await c.connect()
            t = asyncio.create_task(c.g())
            if x:
                await t
            """,
            None,
        ),
        (
            """
            c = CALL
            await c.connect()
            async with asyncio.TaskGroup() as g:
                g.create_task(c.g())
            """,
            """
            async with GUARD as c:
                async with asyncio.TaskGroup() as g:
                    g.create_task(c.g())
            """,
        ),
        (  # None before there is a client
            """
            c = None

            try:
                c = CALL  # here
                await c.connect()
                await c.g()
            except E:
                pass
            finally:
                # end
                if c:
                    # surely
                    try:
                        await c.disconnect()
                    except Exception as e:
                        print(e)
            """,
            """
            try:
                async with GUARD as c:  # here
                    await c.g()
            except E:
                pass
                # end
                    # surely
            """,
        ),
        (
            """
            c = None
            try:
                x = '''a
            b'''
                # one
                c = CALL
                await c.connect()
                await c.g(x)
            finally:
                await c.disconnect()
            """,
            """
            x = '''a
            b'''
            # one
            async with GUARD as c:
                await c.g(x)
            """,
        ),
        (
            """
            try:
                c = CALL
                await c.connect()
                await c.g()
            except E:
                await c.disconnect()
                raise
            """,
            """
            try:
                async with GUARD as c:
                    await c.g()
            except E:
                raise
            """,
        ),
        (
            """
            c = None
            if x:
                c = CALL
                await c.connect()
            await c.g()
            """,
            None,
        ),
    ],
)
def test_program_is_mended_as_a_person_would(before: str, after: str | None, project: Path) -> None:
    head = "import asyncio\nfrom {} import {}\nasync def opened(c):\n    await c.connect()\n\nasync def f(x):\n"
    code = head.format("telethon", "TelegramClient") + _body(before)
    expected = head.format("tgsession_runtime", "guarded_client") + _body(after or "")

    assert mended(project, code) == (code if after is None else expected)


def _body(text: str) -> str:
    return text.strip("\n").replace("        ", "", 1).replace("\n        ", "\n").rstrip(" ").replace("CALL", CALL).replace("GUARD", GUARD)


def test_session_of_a_bot_may_be_new(project: Path) -> None:
    code = (
        "from telethon import TelegramClient\nfrom telethon.sessions import StringSession\ndef f():\n"
        "    c = TelegramClient(StringSession(), 1, 'b')\n    c.start(bot_token=T)\n    c.g()\n"
    )

    assert mended(project, code).endswith("    with guarded_client(StringSession(), 1, 'b', bot_token=T) as c:\n        c.g()\n")


def test_token_that_is_not_known_yet_where_the_client_is_built_is_left(project: Path) -> None:
    body = f"    c = {CALL}\n    c.x = 1\n    t = ask(c)\n    c.start(bot_token=t)\n    c.g()\n"

    (note,) = notes(project, f"from telethon import TelegramClient\ndef f():\n{body}")

    assert "`t`, which is in the token, is given a value after the client is built" in note


@pytest.mark.parametrize(
    ("constructor", "call", "after"),
    [
        ("self, session, api_id, api_hash, phone, proxy=None", "'a', 1, 'b', '3', P", "'a', 1, 'b', phone='3', proxy=P"),
        ("self, name, key, secret, *, phone", "'a', 1, 'b', phone=3", "'a', 1, 'b', phone=3"),
        ("self, *args, **kwargs", "'a', 1, 'b', proxy=P", "'a', 1, 'b', proxy=P"),
        ("self, session, api_id, api_hash, lease", "'a', 1, 'b', 2", None),
        ("self, phone, session, api_id, api_hash", "'3', 'a', 1, 'b'", None),
        ("self, name, api_id, api_hash", "name='a', api_id=1, api_hash='b'", None),
        ("self, session, api_id, api_hash, phone", "*every", None),
    ],
)
def test_constructor_that_hands_on_what_it_takes_is_called_by_the_guard(
    constructor: str, call: str, after: str | None, project: Path
) -> None:
    params = [name.partition("=")[0] for name in constructor.replace("*, ", "").split(", ")[1:]]
    names = ", ".join(name for name in params if name not in {"phone", "proxy", "lease"})
    head = (
        f"from telethon import TelegramClient\n{{}}class Bot(TelegramClient):\n    def __init__({constructor}):\n"
        f"        super().__init__({names})\n        self.x = 1\n\ndef f():\n"
    )
    code = head.format("") + f"    with Bot({call}) as c:\n        c.g()\n"

    found = mended(project, code)

    guard = f"    with guarded_client({after}, client_class=Bot) as c:\n        c.g()\n"
    assert found == (code if after is None else head.format("from tgsession_runtime import guarded_client\n") + guard)


def test_method_of_the_class_that_opens_it_stays(project: Path) -> None:
    head = "class Bot(TelegramClient):\n    async def begin(self):\n        await self.connect()\n\nasync def f():\n"
    code = f"from telethon import TelegramClient\n{head}    c = Bot('a', 1, 'b')\n    await c.begin()\n    await c.g()\n"

    assert mended(project, code).endswith(
        f"{head}    async with guarded_client('a', 1, 'b', client_class=Bot) as c:\n        await c.begin()\n        await c.g()\n"
    )


def test_helper_that_logs_in_is_what_the_code_is_for(project: Path) -> None:
    head = "async def by_code(client):\n    await client.sign_in(ask())\n\nasync def f():\n"
    (note,) = notes(project, f"from telethon import TelegramClient\n{head}    c = {CALL}\n    await c.connect()\n    await by_code(c)\n")

    assert "`by_code(…)` is what this code is for" in note
