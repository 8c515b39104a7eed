"""Clients that outlive the code which builds them: a guard without a block, which their own disconnect leaves."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.lint.test_fix import CALL, GUARD, mend, mended, notes, project

__all__ = ["project"]  # the fixture

HEAD = "import asyncio\nfrom telethon import TelegramClient\n"
AFTER = "import asyncio\nfrom tgsession_runtime import guarded_client\n"
OPENED = f"await {GUARD}.aopen()"


def written(text: str) -> str:
    return "\n" + textwrap.dedent(text).strip("\n").replace("CALL", CALL).replace("OPENED", OPENED).replace("GUARD", GUARD) + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # a registry
            """
            clients = {}

            async def f(name):
                if name in clients:
                    return clients[name]
                c = CALL
                await c.connect()  # now
                clients[name] = c
                return c

            async def stop(name):
                await clients.pop(name).disconnect()
            """,
            """
            clients = {}

            async def f(name):
                if name in clients:
                    return clients[name]
                c = OPENED
                # now
                clients[name] = c
                return c

            async def stop(name):
                await clients.pop(name).disconnect()
            """,
        ),
        (  # an element of a container, opened by the same words
            """
            async def f(name, clients):
                clients[name] = CALL
                await clients[name].start()
            """,
            """
            async def f(name, clients):
                clients[name] = OPENED
                await clients[name].start()
            """,
        ),
        (  # a name of the module
            """
            client = None

            async def begin():
                global client
                client = CALL
                await client.start()
                await work()

            async def work():
                await client.get_me()
            """,
            """
            client = None

            async def begin():
                global client
                client = OPENED
                await work()

            async def work():
                await client.get_me()
            """,
        ),
        (  # an object that somebody else closes, in an attribute of another one too
            """
            class Box:
                async def begin(self, app):
                    self.client = CALL
                    await self.client.connect()
                    app.client = CALL
                    await app.client.connect()
                    await app.client.get_me()
            """,
            """
            class Box:
                async def begin(self, app):
                    self.client = OPENED
                    app.client = OPENED
                    await app.client.get_me()
            """,
        ),
        (  # what opens it stays where more hangs on it
            """
            async def f(clients):
                c = CALL
                if not c.is_connected():
                    await c.connect()
                clients.append(c)
            """,
            """
            async def f(clients):
                c = OPENED
                if not c.is_connected():
                    await c.connect()
                clients.append(c)
            """,
        ),
        (  # one of two, or none
            """
            async def f(given, name):
                c = given.client if name in given else CALL
                own = name not in given
                if own:
                    await c.connect()
                try:
                    return await c.get_me()
                finally:
                    if own:
                        await c.disconnect()
            """,
            """
            async def f(given, name):
                c = given.client if name in given else OPENED
                own = name not in given
                if own:
                    await c.connect()
                try:
                    return await c.get_me()
                finally:
                    if own:
                        await c.disconnect()
            """,
        ),
        (
            """
            async def f(c=None):
                if c is None:
                    c = CALL
                    await c.connect()
                try:
                    await c.get_me()
                finally:
                    await c.disconnect()
            """,
            """
            async def f(c=None):
                if c is None:
                    c = OPENED
                    await c.connect()
                try:
                    await c.get_me()
                finally:
                    await c.disconnect()
            """,
        ),
        (  # handlers that need the client where it could not be opened
            """
            async def f(clients):
                c = CALL
                try:
                    await c.connect()
                    await c.get_me()
                except ValueError:
                    await c.disconnect()
                    return
                clients.append(c)
            """,
            """
            async def f(clients):
                c = OPENED
                try:
                    await c.get_me()
                except ValueError:
                    await c.disconnect()
                    return
                clients.append(c)
            """,
        ),
        (  # an object of the project's own that opens it
            """
            class Wrapper:
                def __init__(self, client, phone):
                    self.inner = client

                async def ready(self):
                    await self.inner.connect()

            async def f(box):
                c = CALL
                box.wrapper = Wrapper(client=c, phone=1)
                await box.wrapper.ready()
            """,
            """
            class Wrapper:
                def __init__(self, client, phone):
                    self.inner = client

                async def ready(self):
                    await self.inner.connect()

            async def f(box):
                c = OPENED
                box.wrapper = Wrapper(client=c, phone=1)
                await box.wrapper.ready()
            """,
        ),
        (  # started at once, with a token, in a comprehension
            """
            async def f(tokens):
                return [await CALL.start(bot_token=token) for token in tokens]
            """,
            """
            async def f(tokens):
                return [await guarded_client("a", 1, "b", bot_token=token).aopen() for token in tokens]
            """,
        ),
        (  # with other things, and by a choice of tokens
            """
            async def f(token):
                c = CALL
                if token:
                    await c.start(bot_token=token)
                else:
                    await c.start()
                return c, token
            """,
            """
            async def f(token):
                c = await guarded_client("a", 1, "b", bot_token=token).aopen()
                if token:
                    await c.start(bot_token=token)
                else:
                    await c.start()
                return c, token
            """,
        ),
        (  # a generator that keeps it when it is done
            """
            pool = {}

            async def f(name):
                c = CALL
                try:
                    await c.connect()
                    pool[name] = c
                    yield c
                except Exception:
                    await c.disconnect()
                    raise
            """,
            """
            pool = {}

            async def f(name):
                c = OPENED
                try:
                    pool[name] = c
                    yield c
                except Exception:
                    await c.disconnect()
                    raise
            """,
        ),
        (  # where no loop runs
            """
            def f():
                c = CALL
                c.start()
                return c
            """,
            """
            def f():
                c = GUARD.open()
                return c
            """,
        ),
        (  # a new one after each disconnect
            """
            async def again(app):
                await app.client.disconnect()
                app.client = CALL
                await app.client.connect()
            """,
            """
            async def again(app):
                await app.client.disconnect()
                app.client = OPENED
            """,
        ),
        (  # closed in the end, and known elsewhere until then
            """
            active = None

            async def f(box):
                global active
                c = CALL
                active = c
                try:
                    await c.connect()
                    await c.get_me()
                finally:
                    await c.disconnect()

            async def g(box):
                c = CALL
                await c.connect()
                box.c = c
                await c.get_me()
                await c.disconnect()
            """,
            """
            active = None

            async def f(box):
                global active
                c = OPENED
                active = c
                try:
                    await c.get_me()
                finally:
                    await c.disconnect()

            async def g(box):
                c = OPENED
                box.c = c
                await c.get_me()
                await c.disconnect()
            """,
        ),
        (
            """
            shared = None

            def share(client):
                global shared
                shared = client

            async def f():
                c = CALL
                await c.connect()
                share(c)
                await c.run_until_disconnected()
                await c.disconnect()
            """,
            """
            shared = None

            def share(client):
                global shared
                shared = client

            async def f():
                c = OPENED
                share(c)
                await c.run_until_disconnected()
                await c.disconnect()
            """,
        ),
        (  # a loop that was made ready before
            """
            def f(box):
                loop = asyncio.new_event_loop()
                asyncio.set_event_loop(loop)
                c = CALL
                c.connect()
                box.c = c
            """,
            """
            def f(box):
                loop = asyncio.new_event_loop()
                asyncio.set_event_loop(loop)
                c = GUARD.open()
                box.c = c
            """,
        ),
    ],
)
def test_client_that_outlives_its_code_is_opened(before: str, after: str, project: Path) -> None:
    assert mended(project, HEAD + written(before)) == AFTER + written(after)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("async def f(b):\n    c = CALL\n    b.append(c)\n", "nothing here opens `c`"),
        ("def f(b):\n    c = CALL\n    b.c = c\nasync def g(b):\n    await b.c.connect()\n", "nothing here opens `c`"),
        ("class B:\n    def f(self):\n        self.c = CALL\n    async def g(self):\n        await self.c.connect()\n", "is opened elsewhere"),
        ("async def f(b):\n    b.extend(await CALL.start() for _ in b)\n", "evaluated later"),
        ("async def f(b):\n    b.c = lambda: CALL.start()\n", "evaluated later"),
        ("async def f(b):\n    c = CALL\n    c.start()\n    b.c = c\n", "not awaited"),
        ("async def f(b):\n    c = CALL\n    await c.connect()\n    b.c = c\n    await c.disconnect()\n    await c.connect()\n", "disconnected and connected again"),
        ("async def f(b, old):\n    await old.log_out()\n    c = CALL\n    await c.connect()\n    b.c = c\n", "`log_out()` has ended the login before"),
        ("async def f(b):\n    b.c = CALL\n    t = ask()\n    await b.c.start(bot_token=t)\n", "`t`, which is in the token"),
        ("async def f(b):\n    global c\n    c = CALL\n    await c.connect()\nasync def g():\n    await c.start(bot_token=T)\n", "not known yet"),
        ("def f(b):\n    c = CALL\n    c.connect()\n    b.c = c\n    asyncio.run(g())\n", "an event loop of its own"),
        ("async def f(b):\n    c = CALL\n    b.c = c\n    await c.connect()\n    await c.sign_in('1')\n", "`sign_in(…)` is what this code is for"),
        ("async def f():\n    c = CALL\n    await c.connect()\n    return c\nasync def g():\n    c = await f()\n    await c.sign_in('1')\n", "`sign_in(…)` is what this code is for"),
        ("async def f(b):\n    if b:\n        c = CALL\n        await c.connect()\n    await c.get_me()\n", "used outside the block"),
        ("async def f(b):\n    c = CALL\n    if b:\n        async with c:\n            await c.get_me()\n", "entered in another block"),
        ("def f(b):\n    c = CALL\n    if b:\n        with c:\n            c.loop.run_until_complete(work(c))\n", "entered in another block"),
        (
            "async def f(b):\n  try:\n    c = CALL\n    await c.connect()\n    if b: c = None\n    b.c = c\n  finally:\n    if c: await c.disconnect()\n",
            "would stand for none",
        ),
        ("async def f(b):\n    b.s = CALL.session\n", "only its `session` is used"),
        ("async def log_in(b):\n    c = CALL\n    await c.start()\n    b.c = c\n", "by its name this code is there to log in"),
    ],
)  # fmt: skip
def test_client_of_which_that_is_not_sure_is_left_alone_and_says_why(code: str, why: str, project: Path) -> None:
    found = notes(project, HEAD + code.replace("CALL", CALL))

    assert why in found[0]


def test_client_under_the_name_of_another_one_is_not_opened_for_that_ones_sake(project: Path) -> None:
    code = "async def f(b):\n    c = CALL\n    await c.connect()\n    b.append(c)\n    c = OTHER\n    b.append(c)\n    await c.disconnect()\n"

    text = mended(project, HEAD + code.replace("CALL", CALL).replace("OTHER", CALL.replace('"a"', '"other"')))

    assert text.count("TelegramClient(") == 1


def test_module_whose_name_is_a_login_keeps_what_asks_for_it(project: Path) -> None:
    code = f"from telethon import TelegramClient\n\ndef main():\n    with {CALL} as c:\n        print(c.get_me())\n"
    for name in ("generate_session.py", "work.py"):
        (project / name).write_text(code, encoding="utf-8")

    assert list(mend(project).contents) == [str(project / "work.py")]


def test_client_that_its_callers_log_in_and_work_with_says_so(project: Path) -> None:
    (project / "app.py").write_text(
        HEAD + f"\nasync def f():\n    c = {CALL}\n    await c.connect()\n    kept.append(c)\n    return c\n", encoding="utf-8"
    )
    (project / "main.py").write_text(
        "from app import f\n\nasync def ready():\n    c = await f()\n    await c.sign_in('1')\n    await c.get_dialogs()\n", encoding="utf-8"
    )

    made = mend(project)

    assert list(made.contents) == [str(project / "app.py")]
    assert OPENED in made.contents[str(project / "app.py")].decode()


def test_path_that_leaves_an_opened_client_open_is_still_reported(project: Path) -> None:
    code = HEAD + written("""
        async def f(box):
            c = CALL
            await c.connect()
            if box:
                box.append(c)
            elif await c.get_me():
                await c.disconnect()
    """)
    (project / "app.py").write_text(code, encoding="utf-8")

    made = mend(project)

    assert OPENED in made.contents[str(project / "app.py")].decode()
    assert [(one.code, one.message) for one in made.outcome.findings] == [("TGS201", "`c` stays open when the function ends")]
    assert "disconnect in a `finally`" in made.outcome.findings[0].note
