"""Functions that hand a client to their callers: the guard in its place, entered by every caller, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import fixes
from tests.lint.test_fix import CALL, GUARD, mend, mended, project, why_not_with_an_end

__all__ = ["project"]  # the fixture

PLAIN = f"from telethon import TelegramClient\n\ndef make() -> TelegramClient:\n    return {CALL}\n"
PLAIN_AFTER = f"from tgsession_runtime import guarded_client\n\ndef make():\n    return {GUARD}\n"
OPENED = (
    "from telethon import TelegramClient\n\nasync def make(token):\n    # one\n"
    f"    c = {CALL}  # two\n    await c.start(bot_token=token)  # three\n    return c\n"
)
OPENED_AFTER = (
    "from tgsession_runtime import guarded_client\n\nasync def make(token):\n    # one\n"
    '    c = guarded_client("a", 1, "b", bot_token=token)  # two\n    # three\n    return c\n'
)


@pytest.mark.parametrize(
    ("code", "after"),
    [
        (
            f"{PLAIN}\ndef f():\n    c = make()\n    c.connect()\n    c.g()\n    c.disconnect()\n    return 1\n",
            f"{PLAIN_AFTER}\ndef f():\n    with make() as c:\n        c.g()\n    return 1\n",
        ),
        (
            f"{OPENED}\nasync def f():\n    c = await make(T)\n    try:\n        await c.g()\n    finally:\n        await c.disconnect()\n",
            f"{OPENED_AFTER}\nasync def f():\n    async with await make(T) as c:\n        await c.g()\n",
        ),
        (
            f"{OPENED}\nasync def f():\n    async with await make(T) as c:\n        await c.g()\n",
            f"{OPENED_AFTER}\nasync def f():\n    async with await make(T) as c:\n        await c.g()\n",
        ),
        (
            OPENED.replace("    await c.start(bot_token=token)  # three", "").replace("return c", "return await c.start(bot_token=token)")
            + "\nasync def f():\n    async with await make(T) as c:\n        await c.g()\n",
            OPENED_AFTER.replace("    # three", "") + "\nasync def f():\n    async with await make(T) as c:\n        await c.g()\n",
        ),
    ],
)
def test_factory_hands_on_the_guard_and_its_callers_enter_it(code: str, after: str, project: Path) -> None:
    assert mended(project, code) == after


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (PLAIN + "\n__all__ = ['make']\n", "named where it is not called"),
        (f"{PLAIN}\ndef f(x):\n    x.c = make()\n\ndef g(x):\n    x.c = make()\n    x.c.start(bot_token=T)\n", "the client is kept in `x.c`"),
        (f"{PLAIN}\ndef f():\n    return make()\n", "a caller of `make` would have to enter the guard"),
        (f"{PLAIN}\ndef f():\n    with make() as c:\n        c.g()\n\nrun(make)\n", "named where it is not called"),
        (f"{PLAIN}\ndef f():\n    with make() as c:\n        c.g()\n\npatch('app.make')\n", "named where it is not called"),
        (f"{PLAIN}\ndef f():\n    c = make()\n    box.c = c\n", "kept in `box.c`"),
        (f"{PLAIN}\ndef f():\n    c = make()\n    c.start(bot_token=T)\n    c.g()\n", "the token that `c` is started with"),
        (f"{PLAIN}\nasync def f():\n    with make() as c:\n        c.g()\n", "a plain `with` enters it while a loop runs"),
        (f"{PLAIN}\ndef f():\n    c = make()\n    with c:\n        c.g()\n", "enters the client later"),
        (PLAIN.replace("def make", "@cache\ndef make") + "\ndef f():\n    with make() as c:\n        c.g()\n", "handed to the caller"),
        (OPENED.replace("return c", "c.x = 1\n    return c"), "`c` is returned"),
        (OPENED.replace("bot_token=token", "phone=token") + "\nasync def f():\n    async with await make(T) as c:\n        c.g()\n", "logs in"),
    ],
)
def test_factory_with_a_caller_that_cannot_be_mended_hands_on_no_guard(code: str, why: str, project: Path) -> None:
    found = why_not_with_an_end(project, code)

    assert why in found[0]


METHOD = f"""from telethon import TelegramClient

class Box:
    def _make(self, name) -> TelegramClient:
        return {CALL}
"""
METHOD_AFTER = f"""from tgsession_runtime import guarded_client

class Box:
    def _make(self, name):
        return {GUARD}
"""


@pytest.mark.parametrize(
    ("code", "after"),
    [
        (  # methods too, and callers that keep what they get open it
            f"{METHOD}\n    async def begin(self):\n        self.c = self._make(1)\n        await self.c.connect()\n",
            f"{METHOD_AFTER}\n    async def begin(self):\n        self.c = await self._make(1).aopen()\n",
        ),
        (
            (f"{METHOD}\n    async def all(self, names):\n        for name in names:\n            c = self._make(name)\n"
            "            await c.connect()\n            self.clients[name] = c\n"),
            (f"{METHOD_AFTER}\n    async def all(self, names):\n        for name in names:\n            c = await self._make(name).aopen()\n"
            "            self.clients[name] = c\n"),
        ),
        (  # each caller in its own way
            f"{PLAIN}\nasync def f(x):\n    x.c = make()\n    await x.c.start()\n\nasync def g():\n    c = make()\n    await c.connect()\n    await c.g()\n",
            f"{PLAIN_AFTER}\nasync def f(x):\n    x.c = await make().aopen()\n\nasync def g():\n    async with make() as c:\n        await c.g()\n",
        ),
        (  # nobody here calls it
            PLAIN,
            PLAIN_AFTER,
        ),
    ],
)
def test_callers_of_a_factory_enter_the_guard_or_open_it(code: str, after: str, project: Path) -> None:
    assert mended(project, code) == after


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (f"{METHOD}\nclass More(Box):\n    def _make(self, name):\n        return other(name)\n", "is this one"),
        (f"{METHOD}\n    async def f(self):\n        async with self._make(1) as c:\n            await c.g()\n\nasync def g(x):\n    x._make(2)\n", "is this one"),
        (f"{METHOD}\n    async def ask(self):\n        c = self._make(1)\n        await c.connect()\n        await c.send_code_request(2)\n        self.c = c\n", "is what this code is for"),
        (f"{METHOD}\n    def f(self):\n        self.c = self._make(1)\n\n    async def g(self):\n        await self.c.connect()\n", "is kept in `self.c`"),
    ],
)
def test_method_that_hands_on_a_client_is_left_alone_where_a_caller_is_not_sure(code: str, why: str, project: Path) -> None:
    assert why in why_not_with_an_end(project, code)[0]


def test_callers_in_other_files_follow(project: Path) -> None:
    (project / "app.py").write_text(PLAIN, encoding="utf-8")
    caller = project / "main.py"
    caller.write_text("from app import make\n\ndef f():\n    c = make()  # one\n    c.connect()\n    c.g()  # two\n", encoding="utf-8")
    before = caller.read_bytes()

    made = mend(project)

    assert made.failures == ()
    after = made.contents[str(caller)]
    assert after.decode() == "from app import make\n\ndef f():\n    with make() as c:  # one\n        c.g()  # two\n"
    assert made.contents[str(project / "app.py")].decode() == PLAIN_AFTER
    assert [finding for finding in made.outcome.findings if finding.code in {"TGS101", "TGS102"}] == []
    assert list(fixes._problems(before, after)) == []


def test_one_caller_in_another_file_that_cannot_follow_keeps_all_as_they_are(project: Path) -> None:
    (project / "app.py").write_text(f"{PLAIN}\ndef f():\n    with make() as c:\n        c.g()\n", encoding="utf-8")
    (project / "main.py").write_text("from app import make\n\nclients = [make()]\n", encoding="utf-8")

    assert mend(project).contents == {}
