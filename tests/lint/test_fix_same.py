"""What a fix must not change: the order of what happens, who hears of a failure, what is done in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.test_fix import CALL, GUARD, mended, notes, project
from tests.lint.test_fix_opened import written
from tgsession_lint import config, pipeline

__all__ = ["project"]  # the fixture

HEAD = "from telethon import TelegramClient\n\n"
AFTER = "from tgsession_runtime import guarded_client\n\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # a clause on the row of its colon has something to do
            """
            def f():
                c = CALL
                c.connect()
                try:
                    c.g()
                finally: end()
            """,
            """
            def f():
                with GUARD as c:
                    try:
                        c.g()
                    finally: end()
            """,
        ),
        (  # what is asked first is asked first
            """
            def f():
                c = TelegramClient("a", 1, ask())
                tell()
                c.connect()
                c.g()
            """,
            """
            def f():
                with guarded_client("a", 1, ask()) as c:
                    tell()
                    c.g()
            """,
        ),
        (  # what only gives a value may be given later
            """
            def f():
                c = TelegramClient("a", 1, os.environ["HASH"].strip())
                tell()
                c.connect()
                c.g()
            """,
            """
            def f():
                tell()
                with guarded_client("a", 1, os.environ["HASH"].strip()) as c:
                    c.g()
            """,
        ),
        (  # handlers hear of it, and the disconnect behind them goes
            """
            async def f():
                c = CALL
                try:
                    await c.connect()
                    await c.g()
                except Exception as e:
                    tell(e)
                await c.disconnect()
            """,
            """
            async def f():
                try:
                    async with GUARD as c:
                        await c.g()
                except Exception as e:
                    tell(e)
            """,
        ),
        (
            """
            async def f():
                c = CALL
                if not c.is_connected():
                    await c.connect()
                await c.g()
            """,
            """
            async def f():
                async with GUARD as c:
                    await c.g()
            """,
        ),
        (  # a disconnect in the middle stays in the middle
            """
            async def f():
                c = CALL
                await c.connect()
                await c.g()
                await c.disconnect()
                tell(c.is_connected())
                await c.disconnect()
            """,
            """
            async def f():
                async with GUARD as c:
                    await c.g()
                    await c.disconnect()
                    tell(c.is_connected())
            """,
        ),
        (  # the unit of the code at hand, not of the file
            """
            def g(a):
                return a

            def h(a):
                return a

            def f():
            \tc = CALL
            \tc.connect()
            \tc.g()
            """,
            """
            def g(a):
                return a

            def h(a):
                return a

            def f():
            \twith GUARD as c:
            \t\tc.g()
            """,
        ),
        (  # a token by a choice
            """
            async def f(box):
                c = CALL
                if box.is_bot:
                    check(box)
                    await c.start(bot_token=box.token)
                else:
                    await c.start()
                await c.g()
            """,
            """
            async def f(box):
                async with guarded_client("a", 1, "b", bot_token=box.token if box.is_bot else None) as c:
                    if box.is_bot:
                        check(box)
                    await c.g()
            """,
        ),
        (
            """
            def f(box, bot):
                c = CALL
                if not bot: c.start()
                else: c.start(bot_token=box.T)
                box.c = c
            """,
            """
            def f(box, bot):
                c = guarded_client("a", 1, "b", bot_token=None if not bot else box.T).open()
                if not bot: c.start()
                else: c.start(bot_token=box.T)
                box.c = c
            """,
        ),
        (  # a token that may be empty
            """
            def f(token):
                c = CALL
                if token: c.start(bot_token=token)
                else: c.start()
                c.g()
            """,
            """
            def f(token):
                with guarded_client("a", 1, "b", bot_token=token) as c:
                    if token: c.start(bot_token=token)
                    else: c.start()
                    c.g()
            """,
        ),
        (  # opened without a block: where it was opened, and heard of by those who heard of it
            """
            async def f(box):
                c = CALL
                check(box)
                await c.connect()
                box.c = c
            """,
            """
            async def f(box):
                check(box)
                c = await GUARD.aopen()
                box.c = c
            """,
        ),
        (
            """
            async def f(box):
                c = CALL
                try:
                    await c.connect()
                except OSError as e:
                    tell(e)
                    return
                box.c = c
            """,
            """
            async def f(box):
                try:
                    c = await GUARD.aopen()
                except OSError as e:
                    tell(e)
                    return
                box.c = c
            """,
        ),
        (  # what others are given they may keep
            """
            async def f():
                c = CALL
                await c.connect()
                elsewhere.keep(c)
            """,
            """
            async def f():
                c = await GUARD.aopen()
                elsewhere.keep(c)
            """,
        ),
    ],
)
def test_fixed_program_does_the_same_in_the_same_order(before: str, after: str, project: Path) -> None:
    assert mended(project, HEAD + written(before)) == AFTER + written(after)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("c = CALL\ntry:\n    await c.connect()\nexcept Exception as e:\n    tell(e)\nawait c.g()\n", "would not hear of it any more"),
        ("c = CALL\ntry:\n    await c.connect(); tell()\nfinally:\n    end()\n    await c.disconnect()\n", "would not hear of it any more"),
        ("c = CALL\ntry: await c.connect()\nexcept Exception: tell()\nelse: await c.g()\n", "would not hear of it any more"),
        ("c = (CALL)\nawait c.connect()\nawait c.g()\nc.x = await c.g()\n", "brackets stand round"),
        ("c = CALL\ncheck(c)\nawait c.connect()\nbox.c = c\n", "other code runs between the client and what opens it"),
        ("c = None\ntry:\n    c = CALL\n    await c.connect()\n    box.c = c\nfinally:\n    await c.disconnect()\n", "would stand for none"),
        ("c = CALL\nif ask(box):\n    await c.start(bot_token=T)\nelse:\n    await c.start()\nawait c.g()\n", "with a token in one place, and without in another"),
        ("c = CALL\ntell()\nif box:\n    await c.start(bot_token=T)\nelse:\n    await c.start()\nbox.c = c\n", "with a token in one place, and without in another"),
        ("c = CALL\nasync def g():\n    await c.start(bot_token=T)\nawait g()\nawait c.g()\n", "another function starts `c` with a token"),
        ("c = CALL\nawait c.connect()\nbox.c = c\nc = CALL\nawait c.start(bot_token=T)\n", "only one of them may be started with the token"),
    ],
)
def test_program_that_would_do_otherwise_is_left_alone_and_says_why(code: str, why: str, project: Path) -> None:
    body = code.replace("CALL", CALL).replace("\n", "\n    ").rstrip(" ")

    assert why in notes(project, f"{HEAD}async def f(box):\n    {body}")[0]


ASKED = "async def f(boxes):\n    for box in boxes:\n        c = CALL\n        await c.connect()\n"
WORK = "        await c.send_message(box)\n        await c.disconnect()\n"


@pytest.mark.parametrize(
    "asked",
    [
        "if not await c.is_user_authorized():\n    logger.error(box)\n    raise OSError",
        "if not await c.is_user_authorized():\n    print('log in first')\n    await c.disconnect()\n    return",
        "if not await c.is_user_authorized():\n    print('log in first')",
        "if await c.is_user_authorized():\n    print('welcome')\nelse:\n    await c.sign_in(box)",
        "print(await c.is_user_authorized())",
        "assert await c.is_user_authorized()",
        "ok = await c.is_user_authorized()\nif not ok:\n    return None",
    ],
)
def test_code_that_gives_up_where_nobody_is_logged_in_is_mended_and_told(asked: str, project: Path) -> None:
    code = HEAD + ASKED.replace("CALL", CALL) + asked.replace("\n", "\n        ").join(("        ", "\n")) + WORK
    (project / "app.py").write_text(code, encoding="utf-8")
    found = [one for one in pipeline.run([project], config.load([project], project), cwd=project).findings if one.code == "TGS101"]

    assert [one.fix is not None and ("NotLoggedInError" in one.fix.message or "nothing logs in" in one.fix.message) for one in found] == [True]
    assert f"async with {GUARD} as c:" in mended(project, code)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("if not await c.is_user_authorized():\n    await c.disconnect()\n    continue", "goes on where nobody is logged in"),
        ("if not await c.is_user_authorized():\n    box.ok = False\n    return", "goes on where nobody is logged in"),
        ("if await c.is_user_authorized():\n    pass\nelse:\n    return {'error': 1}", "goes on where nobody is logged in"),
        ("ok = await c.is_user_authorized()\nif not ok:\n    break", "goes on where nobody is logged in"),
        ("box.ok = await c.is_user_authorized()", "is what this code asks for"),
        ("return await c.is_user_authorized()", "is what this code asks for"),
    ],
)
def test_code_that_goes_on_where_nobody_is_logged_in_is_left_alone(asked: str, why: str, project: Path) -> None:
    code = HEAD + ASKED.replace("CALL", CALL) + asked.replace("\n", "\n        ").join(("        ", "\n")) + WORK

    assert why in notes(project, code)[0]


def test_note_names_the_login_and_not_what_else_is_in_the_way(project: Path) -> None:
    body = "    c = None\n    try:\n        c = CALL\n        await c.connect()\n        if not await c.is_user_authorized():\n            return 1, 2\n"
    code = f"async def f():\n{body}        await c.g()\n    finally:\n        await c.disconnect()\n        end()\n"

    assert "goes on where nobody is logged in" in notes(project, HEAD + code.replace("CALL", CALL))[0]


def test_client_that_is_started_is_logged_in_whatever_is_asked_then(project: Path) -> None:
    code = f"async def f():\n    c = {CALL}\n    await c.start()\n    ok = await c.is_user_authorized()\n    await c.send_message(ok)\n    return ok\n"

    assert f"async with {GUARD} as c:" in mended(project, HEAD + code)


def test_script_that_only_logs_in_goes_on_to_do_so(project: Path) -> None:
    code = f"with {CALL} as c:\n    print('session made')\n"

    assert "nothing is done here with the client but to log in" in notes(project, HEAD + code)[0]


def test_what_other_modules_take_of_a_client_is_not_closed_before(project: Path) -> None:
    code = f"c = {CALL}\nc.start()\nbot = c\nc.get_me()\n"
    (project / "other.py").write_text("from app import bot\n\ndef g():\n    bot.send_message(1)\n", encoding="utf-8")

    assert "other modules import this one" in notes(project, HEAD + code)[0]


def test_what_has_the_client_ends_before_that_is_closed(project: Path) -> None:
    body = "        await c.connect()\n        w = Worker(c)\n        await w.run()\n    finally:\n        w.stop()\n        await c.disconnect()\n"
    code = f"async def f():\n    c = w = None\n    try:\n        c = {CALL}\n{body}".replace("c = w = None", "c = None\n    w = None")

    assert f"async with {GUARD}" not in mended(project, HEAD + code)
    assert f"async with {GUARD}" in mended(project, HEAD + code.replace("        w.stop()\n", ""))


def test_client_that_a_with_connects_each_time_is_not_opened_for_good(project: Path) -> None:
    body = f"    def begin(self):\n        self.c = {CALL}\n        with self.c.start():\n            print()\n    def go(self):\n        with self.c.start():\n            self.c.g()\n"

    assert "a `with` connects `self.c` whenever it is used" in notes(project, f"{HEAD}class A:\n{body}")[0]


def test_import_below_other_code_says_so_as_its_neighbours_do(project: Path) -> None:
    code = f"import sys\nsys.path.insert(0, '.')\nfrom telethon import TelegramClient, events  # noqa: E402\ndef f():\n    with {CALL} as c:\n        c.g()\n"

    assert "\nfrom telethon import events  # noqa: E402\nfrom tgsession_runtime import guarded_client  # noqa: E402\n" in mended(project, code)


def test_block_has_a_blank_row_behind_it_and_none_before_it(project: Path) -> None:
    code = f"async def f():\n    c = {CALL}\n\n    await c.connect()\n\n    await c.g()\n\n    await c.disconnect()\n    return 1\n"

    assert mended(project, HEAD + code) == f"{AFTER}async def f():\n    async with {GUARD} as c:\n        await c.g()\n\n    return 1\n"


def test_session_is_given_up_before_it_is_built_again(project: Path) -> None:
    code = f"def f():\n    c = {CALL}\n    c.connect()\n    c.g()\n    end(c.disconnect())\n    d = TelegramClient('a', 1, 'b')\n    d.connect()\n    d.g()\n"

    assert mended(project, HEAD + code).count("    with guarded_client(") == 1


def test_import_beside_a_comment_loses_the_name(project: Path) -> None:
    code = f"from telethon import TelegramClient, events  # theirs\ndef f():\n    with {CALL} as c:\n        c.g()\n"

    assert mended(project, code).startswith("from telethon import events  # theirs\nfrom tgsession_runtime import guarded_client\n")
