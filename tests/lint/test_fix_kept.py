"""Clients that an object keeps, opened by one of its methods and closed by another: the fix and what it leaves alone."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.lint.test_fix import mend, mended, project, why_not_with_an_end

__all__ = ["project"]  # the fixture

HEAD = "from telethon import TelegramClient\n\nclass Box:\n"
AFTER = "from contextlib import {}\nfrom tgsession_runtime import guarded_client\n\nclass Box:\n"


def _class(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n") + "\n", "    ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # built and opened in one method, closed in another, also where the connection had ended by itself
            """
            def __init__(self, name):
                self.name = name
                self.client = None
                self.x = 1

            async def begin(self):
                self.client = TelegramClient(self.name, 1, "b")  # here
                await self.client.start()  # now

            async def end(self):
                if self.client and self.client.is_connected():
                    await self.client.disconnect()
                    self.client = None

            async def say(self, text):
                if not self.client.is_connected():
                    await self.client.connect()
                await self.client.send_message("me", text)
            """,
            """
            def __init__(self, name):
                self.name = name
                self.client = None
                self._exits = AsyncExitStack()
                self.x = 1

            async def begin(self):
                await self._exits.aclose()
                self.client = await self._exits.enter_async_context(guarded_client(self.name, 1, "b"))  # here
                # now

            async def end(self):
                if self.client:
                    await self._exits.aclose()
                    self.client = None

            async def say(self, text):
                if not self.client.is_connected():
                    await self.client.connect()
                await self.client.send_message("me", text)
            """,
        ),
        (  # where no loop runs
            """
            def begin(self):
                self.client = TelegramClient("a", 1, "b").start(bot_token=T)

            def end(self):
                self.client.disconnect()
            """,
            """
            def begin(self):
                self._exits = ExitStack()
                self.client = self._exits.enter_context(guarded_client("a", 1, "b", bot_token=T))

            def end(self):
                self._exits.close()
            """,
        ),
        (  # the constructor builds, another method opens: the guard is made by the one and entered by the other
            """
            def __init__(self):
                super().__init__()
                self.client = TelegramClient("a", 1, "b")

            async def __aenter__(self):
                await self.client.connect()  # now
                return self

            async def __aexit__(self, *_):
                await self.client.disconnect()

            async def say(self, text):
                await self.client.send_message("me", text)
            """,
            """
            def __init__(self):
                super().__init__()
                self._exits = AsyncExitStack()
                self._guard = guarded_client("a", 1, "b")

            async def __aenter__(self):
                await self._exits.aclose()
                self.client = await self._exits.enter_async_context(self._guard)  # now
                return self

            async def __aexit__(self, *_):
                await self._exits.aclose()

            async def say(self, text):
                await self.client.send_message("me", text)
            """,
        ),
        (  # opened in a `try`, whose handlers hear of what fails
            """
            def __init__(self):
                '''What it is.'''
                self.x = 1

            async def run(self):
                self.client = TelegramClient(
                    "a",
                    1,
                    "b",
                )

                try:
                    await self.client.connect()
                    await self.client.get_me()
                finally:
                    await asyncio.wait_for(self.client.disconnect(), 5)
            """,
            """
            def __init__(self):
                '''What it is.'''
                self._exits = AsyncExitStack()
                self.x = 1

            async def run(self):
                try:
                    await self._exits.aclose()
                    self.client = await self._exits.enter_async_context(guarded_client(
                        "a",
                        1,
                        "b",
                    ))
                    await self.client.get_me()
                finally:
                    await asyncio.wait_for(self._exits.aclose(), 5)
            """,
        ),
    ],
)
def test_client_of_an_object_is_entered_on_a_stack_of_its_own(before: str, after: str, project: Path) -> None:
    kind = "AsyncExitStack" if "Async" in after else "ExitStack"

    assert mended(project, HEAD + _class(before)) == AFTER.format(kind) + _class(after)


END = """
            async def end(self):
                await self.client.disconnect()
"""
BEGIN = """
            async def begin(self):
                self.client = TelegramClient("a", 1, "b")
                await self.client.connect()
"""


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BEGIN, "nothing in the class disconnects `self.client`"),
        (BEGIN + END.replace("async def", "def").replace("await ", ""), "opened where a loop runs and closed where none does"),
        (BEGIN + END.replace("await ", ""), "not every disconnect of `self.client` is awaited"),
        (BEGIN + END + BEGIN.replace("begin", "more").replace("TelegramClient(", "other("), "is given another value as well"),
        (BEGIN + END.replace("end(self)", "end(self)").replace("await self.client", "c = self.client\n                await c"), "nothing in the class"),
        (BEGIN.replace("await self.client.connect()", "self.client.parse_mode = 1\n                await self.client.connect()") + END, "is used before it is opened"),
        (BEGIN.replace("await self.client.connect()", "") + END, "is opened elsewhere"),
        (BEGIN + END + "\n            __slots__ = ()\n", "decides by itself which attributes"),
        (BEGIN + END + "\n            _exits = 1\n            def f(self):\n                return self._exits\n", "`_exits` or `_guard` is a name"),
        (BEGIN + END.replace("self", "this"), "several names for their object"),
        (BEGIN + END + "\n            async def sign_in_by_code(self):\n                await self.client.sign_in(1)\n                await self.client.g()\n", "is what this code is for"),
    ],
)  # fmt: skip
def test_client_of_an_object_that_is_not_surely_closed_goes_on_no_stack(body: str, why: str, project: Path) -> None:
    found = why_not_with_an_end(project, HEAD + _class(body))

    assert why in found[0]


def test_client_that_handlers_are_given_to_before_it_is_opened_is_left_alone(project: Path) -> None:
    (project / "app.py").write_text(
        HEAD + _class("""
            def __init__(self):
                self.client = TelegramClient("a", 1, "b")

            async def connect(self):
                await self.client.connect()

            async def disconnect(self):
                await self.client.disconnect()
        """),
        encoding="utf-8",
    )
    (project / "mixin.py").write_text("class Mixin:\n    def __init__(self):\n        @self.client.on(E)\n        def f(e): ...\n", encoding="utf-8")
    alone = mend(project)
    (project / "main.py").write_text("from app import Box\nfrom mixin import Mixin\nclass Whole(Box, Mixin): ...\n", encoding="utf-8")
    together = mend(project)

    assert alone.contents
    assert together.contents == {}


def test_disconnect_from_another_file_leaves_the_guard_too(project: Path) -> None:
    (project / "app.py").write_text(HEAD + _class(BEGIN + END), encoding="utf-8")
    other = project / "main.py"
    other.write_text("from app import Box\n\nasync def f():\n    box = Box()  # one\n    await box.client.disconnect()  # two\n", encoding="utf-8")

    made = mend(project)

    assert made.failures == ()
    assert made.contents[str(other)].decode().endswith("    box = Box()  # one\n    await box._exits.aclose()  # two\n")
    assert b"guarded_client" in made.contents[str(project / "app.py")]


def test_class_method_has_no_object_to_name(project: Path) -> None:
    made = "\n            @classmethod\n            async def made(cls):\n                box = cls()\n                await box.begin()\n                return box\n"

    assert "self._exits.enter_async_context(guarded_client(" in mended(project, HEAD + _class(BEGIN + END + made))


def test_client_that_another_file_puts_there_is_closed_as_before(project: Path) -> None:
    (project / "app.py").write_text(HEAD + _class(BEGIN + END), encoding="utf-8")
    other = "from app import Box\nfrom made import made\n\nasync def f():\n    box = Box()\n    box.client = made()\n    await box.end()\n"
    (project / "main.py").write_text(other, encoding="utf-8")

    (data,) = mend(project).contents.values()

    assert ".aopen()" in data.decode()
    assert "await self.client.disconnect()" in data.decode()


def test_disconnect_of_who_knows_what_goes_on_to_give_up_an_opened_one(project: Path) -> None:
    (project / "app.py").write_text(HEAD + _class(BEGIN + END), encoding="utf-8")
    (project / "main.py").write_text("from app import Box\n\nasync def f(box):\n    await box.client.disconnect()\n", encoding="utf-8")

    made = mend(project)

    body = BEGIN.replace("TelegramClient(", "await guarded_client(").replace('"b")', '"b").aopen()').replace("await self.client.connect()", "")
    assert {path: data.decode() for path, data in made.contents.items()} == {
        str(project / "app.py"): "from tgsession_runtime import guarded_client\n\nclass Box:\n"
        + _class(body.rstrip() + "\n" + END)
    }
