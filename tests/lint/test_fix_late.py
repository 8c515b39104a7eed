"""Clients that a constructor builds and a method opens, which nobody is seen to close: the guard made there and opened here."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.lint.test_fix import CALL, GUARD, mended, notes, project

__all__ = ["project"]  # the fixture

HEAD = "from telethon import TelegramClient\n\nclass Box:\n"
AFTER = "from tgsession_runtime import guarded_client\n\nclass Box:\n"
BUILT = "def __init__(self):\n    self.client = CALL\n"


def written(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n").replace("CALL", CALL).replace("GUARD", GUARD) + "\n", "    ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """
            def __init__(self):
                self.client = CALL  # one
                self.x = 1

            async def run(self):
                await self.client.start()  # two
                await self.client.run_until_disconnected()
            """,
            """
            def __init__(self):
                self._guard = GUARD  # one
                self.client = None
                self.x = 1

            async def run(self):
                self.client = await self._guard.aopen()  # two
                await self.client.run_until_disconnected()
            """,
        ),
        (  # handlers before it is opened, in the method and in one that only this method calls
            """
            def __init__(self, token):
                self.token = token
                self.client = CALL

            def _handlers(self):
                self.client.add_event_handler(self.on_message)

            async def on_message(self, event):
                await self.client.send_message("me", "x")

            async def run(self):
                print("run")
                self._handlers()

                @self.client.on(E)
                async def more(event): ...

                try:
                    await self.client.start(bot_token=self.token)
                    print("started")
                finally:
                    print("end")
            """,
            """
            def __init__(self, token):
                self.token = token
                self._guard = guarded_client("a", 1, "b", bot_token=self.token)
                self.client = None

            def _handlers(self):
                self.client.add_event_handler(self.on_message)

            async def on_message(self, event):
                await self.client.send_message("me", "x")

            async def run(self):
                print("run")
                self.client = await self._guard.aopen()
                self._handlers()

                @self.client.on(E)
                async def more(event): ...

                try:
                    print("started")
                finally:
                    print("end")
            """,
        ),
        (  # asked whether there is one, and whether it is connected
            """
            def __init__(self):
                self.client = CALL

            async def ready(self):
                if not self.client.is_connected():
                    await self.client.connect()
                return self

            async def stop(self):
                if self.client and self.client.is_connected():
                    self.client.disconnect()

            async def get(self):
                if self.client is None:
                    return None
                return await work(self.client)
            """,
            """
            def __init__(self):
                self._guard = GUARD
                self.client = None

            async def ready(self):
                self.client = await self._guard.aopen()
                if not self.client.is_connected():
                    await self.client.connect()
                return self

            async def stop(self):
                if self.client and self.client.is_connected():
                    await self.client.disconnect()

            async def get(self):
                if self.client is None:
                    return None
                return await work(self.client)
            """,
        ),
        (  # where no loop runs
            """
            def __init__(self):
                self.client = CALL

            def run(self):
                self.client.start()
                self.client.run_until_disconnected()
            """,
            """
            def __init__(self):
                self._guard = GUARD
                self.client = None

            def run(self):
                self.client = self._guard.open()
                self.client.run_until_disconnected()
            """,
        ),
    ],
)
def test_guard_is_made_by_the_constructor_and_opened_by_the_method(before: str, after: str, project: Path) -> None:
    assert mended(project, HEAD + written(before)) == AFTER + written(after)


RUN = "\nasync def run(self):\n    await self.client.start()\n"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (BUILT + "    self.helper = Helper(self.client)\n" + RUN, "before it is opened"),
        (BUILT + "\ndef add(self, f):\n    self.client.add_event_handler(f)\n" + RUN, "before it is opened"),
        (BUILT + "    self._add()\n\ndef _add(self):\n    self.client.on(E)(f)\n" + RUN + "    self._add()\n", "before it is opened"),
        (BUILT + "\ndef given(self):\n    return self.client\n" + RUN, "before it is opened"),
        (BUILT + "\nasync def run(self):\n    if self.client.is_connected():\n        return\n    await self.client.start()\n", "opens it by the answer"),
        (BUILT + "\nasync def run(self, token):\n    await self.client.start(bot_token=token)\n", "the token is not known yet"),
        (BUILT + RUN + "\n__slots__ = ('client',)\n", "no room for a guard"),
        (BUILT + RUN + "\nasync def again(self):\n    await self.client.connect()\n", "opened elsewhere"),
        (BUILT + "\ndef run(self):\n    return self._guard\n" + RUN.replace("run", "go"), "no room for a guard"),
        ("def __init__(self, x):\n    if x:\n        self.client = CALL\n" + RUN, "opened elsewhere"),
        (BUILT + RUN + "\nasync def sign_in_by_code(self):\n    await self.client.sign_in(1)\n    await self.client.g()\n", "is what this code is for"),
    ],
)  # fmt: skip
def test_client_that_may_be_used_before_it_is_opened_is_left_alone(code: str, why: str, project: Path) -> None:
    found = notes(project, HEAD + written(code))

    assert why in found[0]


def test_class_of_a_base_out_of_view_is_left_alone(project: Path) -> None:
    code = HEAD.replace("Box:", "Box(Base):") + written(BUILT + RUN)

    (project / "other.py").write_text("class Base:\n    def more(self):\n        self.client.on(E)(f)\n", encoding="utf-8")

    assert "by a class above" in notes(project, "from other import Base\n" + code)[0]
