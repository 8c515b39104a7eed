"""Programs before and after `--fix`, run against a Telegram on this machine: what they leave connected."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lint.test_fix import mend
from tests.runtime.commands import CHECKOUT, environment

if TYPE_CHECKING:
    from tests.telegram import Controls, Login

HEAD = """
import asyncio
import sys
from telethon import TelegramClient

API = (1, "0" * 32)

"""
# Says when the program is through, and stays until it may go: what is still connected then was left open.
TAIL = """

async def drive():
    try:
        await main(sys.argv[1])
    except Stop:
        pass
    print("through", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

class Stop(Exception):
    pass

asyncio.run(drive())
"""
PROGRAMS = {
    "raises": """
        async def main(session):
            client = TelegramClient(session, *API)
            await client.connect()
            await client.get_me()
            raise Stop
    """,
    "disconnects without finally": """
        async def main(session):
            client = TelegramClient(session, *API)  # opened by hand
            await client.connect()

            me = await client.get_me()
            if me.username == "alice":
                raise Stop

            await client.disconnect()
    """,
    "returns early": """
        async def main(session):
            client = TelegramClient(session, *API)
            await client.start()
            if await client.is_user_authorized():
                return await client.get_me()
            await client.disconnect()
    """,
    "catches too little": """
        async def main(session):
            client = TelegramClient(session, *API)
            try:
                await client.connect()
                await client.get_me()
                raise Stop
            except ConnectionError:
                print("no connection")
                await client.disconnect()
    """,
    "asks for a phone where it has to": """
        async def main(session):
            client = TelegramClient(session, *API)
            await client.start(phone=lambda: input("phone: "))
            await client.get_messages("me", limit=1)
    """,
    "logs in by itself where it has to": """
        async def main(session):
            client = TelegramClient(session, *API)
            await client.connect()
            if not await client.is_user_authorized():
                await client.send_code_request("123")
                await client.sign_in("123", input("code: "))
            await client.get_messages("me", limit=1)
            raise Stop
    """,
    "gives parts of the work to tasks": """
        async def part(client):
            await client.get_me()

        async def main(session):
            client = TelegramClient(session, *API)
            await client.start()
            tasks = []
            for _ in range(3):
                tasks.append(asyncio.create_task(part(client)))
            await asyncio.gather(*tasks)
    """,
    "builds it in a try": """
        async def main(session):
            client = None
            try:
                client = TelegramClient(session, *API)
                await client.connect()
                await client.get_me()
            except ConnectionError as error:
                if client:
                    await client.disconnect()
    """,
    "has a class of its own": """
        class Bot(TelegramClient):
            def __init__(self, session, api_id, api_hash, name, retries=1):
                super().__init__(session, api_id, api_hash, connection_retries=retries)
                self.name = name

            async def begin(self):
                await self.connect()

        async def main(session):
            bot = Bot(session, API[0], API[1], "bot", 2)
            await bot.begin()
            await bot.get_me()
    """,
    "has it opened by a helper": """
        async def opened(client):
            await client.connect()

        async def main(session):
            client = TelegramClient(session, API[0], API[1])
            await opened(client)
            await client.get_me()
    """,
    "gets it from a function": """
        async def opened(session):
            client = TelegramClient(session, API[0], API[1])
            await client.connect()
            return client

        async def main(session):
            client = await opened(session)
            await client.get_me()
            raise Stop
    """,
    "starts and forgets": """
        async def main(session):
            client = await TelegramClient(session, *API).start()
            await client.get_me()
    """,
}


@contextmanager
def through(program: Path, session: Path, state: Path, *, said: str = "") -> Iterator[None]:
    """*program* while it has done its work, and has not ended; on the way it has *said* something."""
    command = [sys.executable, "-W", "ignore", str(program), str(session)]
    running = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT,
        env=environment(state),
    )  # fmt: skip
    assert running.stdin is not None
    assert running.stdout is not None
    try:
        lines = iter(running.stdout.readline, "")
        assert not said or f"{said}\n" in lines
        assert "through\n" in lines, running.communicate(timeout=60)[1]
        yield
    finally:
        running.kill()
        running.communicate(timeout=60)


@pytest.mark.parametrize("name", PROGRAMS)
def test_fixed_program_leaves_nothing_connected_and_the_original_does(
    name: str, tmp_path: Path, telegram: Controls, alice: Login
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    program = project / "program.py"
    program.write_text(HEAD + textwrap.dedent(PROGRAMS[name]) + TAIL, encoding="utf-8")
    session = tmp_path / "alice.session"
    alice.write(session)

    with through(program, session, tmp_path / "state"):
        left = telegram.ledger()["totals"]["live"]
    telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
    (program_after,) = mend(project).contents.values()
    program.write_bytes(program_after)
    with through(program, session, tmp_path / "state"):
        ledger = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)

    assert left == 1
    assert ledger["totals"]["connects"] == 2
    assert ledger["totals"]["overlaps"] == 0


KEPT = """
    from telethon.sessions import SQLiteSession, StringSession

    class Box:
        def __init__(self, session):
            self.client = None
            self.session = session

        async def begin(self):
            self.client = TelegramClient(StringSession(self.session), *API)
            await self.client.connect()

        async def end(self):
            if self.client and self.client.is_connected():
                await self.client.disconnect()

    async def main(session):
        file = SQLiteSession(session)
        box = Box(StringSession.save(file))
        file.close()
        await box.begin()
        await box.client.get_me()
        await box.begin()
        await box.client.get_me()
        await box.end()
"""


def test_object_that_opens_its_client_twice_has_one_connection_at_a_time(tmp_path: Path, telegram: Controls, alice: Login) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    program = project / "program.py"
    program.write_text(HEAD + textwrap.dedent(KEPT) + TAIL, encoding="utf-8")
    session = tmp_path / "alice.session"
    alice.write(session)

    with through(program, session, tmp_path / "state"):
        before = telegram.ledger()["totals"]
    telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
    (program_after,) = mend(project).contents.values()
    program.write_bytes(program_after)
    with through(program, session, tmp_path / "state"):
        after = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)["totals"]

    assert (before["live"], before["overlaps"]) == (1, 1)
    assert after["overlaps"] - before["overlaps"] == 0
    assert after["connects"] - before["connects"] == 2


POOL = """
    from telethon.sessions import SQLiteSession, StringSession

    class Pool:
        def __init__(self):
            self.clients = {}

        async def get(self, name, session):
            if name in self.clients:
                return self.clients[name]
            client = TelegramClient(StringSession(session), *API)
            await client.connect()
            self.clients[name] = client
            return client

        async def close(self):
            for client in self.clients.values():
                await client.disconnect()
            self.clients.clear()

    async def main(session):
        file = SQLiteSession(session)
        text = StringSession.save(file)
        file.close()
        pool, other = Pool(), Pool()
        await (await pool.get("a", text)).get_me()
        await (await pool.get("a", text)).get_me()
        try:
            await (await other.get("a", text)).get_me()
        except Exception as error:
            print(type(error).__name__, flush=True)
        await pool.close()
        await (await other.get("a", text)).get_me()
        await other.close()
"""


def test_registries_of_clients_have_one_connection_at_a_time(tmp_path: Path, telegram: Controls, alice: Login) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    program = project / "program.py"
    program.write_text(HEAD + textwrap.dedent(POOL) + TAIL, encoding="utf-8")
    session = tmp_path / "alice.session"
    alice.write(session)

    with through(program, session, tmp_path / "state"):
        before = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)["totals"]
    (program_after,) = mend(project).contents.values()
    program.write_bytes(program_after)
    with through(program, session, tmp_path / "state", said="SessionHeldHereError"):
        after = telegram.until(lambda ledger: ledger["totals"]["live"] == 0)["totals"]

    assert b"await guarded_client(StringSession(session), *API).aopen()" in program_after
    assert before["overlaps"] == 1
    assert after["overlaps"] - before["overlaps"] == 0
    assert after["connects"] - before["connects"] == 2
