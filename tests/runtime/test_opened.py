"""A client without a block: opened by a call, and given up by its own disconnect, whoever calls it and where."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.runtime.commands import CHECKOUT, DEADLINE, environment, running
from tests.runtime.guarding import Contender, login, nothing_left, quick
from tgsession_runtime.errors import ConfigurationError, NotLoggedInError, RunningLoopError, SessionHeldHereError

if TYPE_CHECKING:
    from tests.telegram import Controls

PROGRAM = """
import asyncio
import sys
import telethon.sync
from tests.runtime.guarding import quick

clients = {}

async def opened():
    clients["one"] = await quick(sys.argv[1]).aopen()
    print("inside", flush=True)

async def begin():
    await opened()
    if sys.argv[2] == "wait":
        await asyncio.Event().wait()

if sys.argv[2] == "sync":
    clients["one"] = quick(sys.argv[1]).open()
    print("inside", flush=True)
    clients["one"].run_until_disconnected()
elif sys.argv[2] == "idle":
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(begin())
else:
    asyncio.run(begin())
"""


@pytest.fixture
def session(far: Controls, state: Path, tmp_path: Path) -> Path:
    """A session that somebody is logged in to."""
    assert state.parent == tmp_path
    login(far, tmp_path / "a.session")
    return tmp_path / "a"


def test_session_is_free_once_the_client_is_disconnected(far: Controls, session: Path, contender: Contender) -> None:
    async def use() -> list[str]:
        client = await quick(session).aopen()
        assert (await client.get_me()).id
        held = await asyncio.to_thread(contender, session)
        await client.disconnect()
        return [held, await asyncio.to_thread(contender, session)]

    with nothing_left():
        held, after = asyncio.run(use())

    assert held.startswith("SessionHeldHereError")
    assert after == "free"
    far.until(lambda ledger: ledger["totals"]["live"] == 0)


def test_without_a_loop_it_is_the_same(far: Controls, session: Path, contender: Contender) -> None:
    with nothing_left():
        client = quick(session).open()
        me = client.loop.run_until_complete(client.get_me())
        held = contender(session)
        client.disconnect()

    assert me.id
    assert held.startswith("SessionHeldHereError")
    assert contender(session) == "free"
    far.until(lambda ledger: ledger["totals"]["live"] == 0)


def test_open_in_a_running_loop_is_refused(session: Path, contender: Contender) -> None:
    async def cell() -> None:
        quick(session).open()

    with nothing_left(), pytest.raises(RunningLoopError):
        asyncio.run(cell())

    assert contender(session) == "free"


def test_client_is_disconnected_once_however_often_it_is_asked(session: Path, contender: Contender) -> None:
    async def use() -> None:
        client = await quick(session).aopen()
        await asyncio.gather(client.disconnect(), client.disconnect())
        await client.disconnect()
        with pytest.raises(ConfigurationError, match="has ended, and its client with it"):
            await client.connect()

    with nothing_left():
        asyncio.run(use())

    assert contender(session) == "free"


@pytest.mark.parametrize("how", ["async with", "run_until_disconnected", "unawaited", "cancelled"])
def test_every_way_in_which_telethon_disconnects_gives_it_up(session: Path, contender: Contender, how: str) -> None:
    async def use() -> str:
        client = await quick(session).aopen()
        if how == "async with":
            async with client:
                assert await client.get_me()
        elif how == "run_until_disconnected":
            asyncio.get_running_loop().call_later(0.05, client.disconnect)
            await client.run_until_disconnected()
        elif how == "unawaited":
            client.disconnect()
        else:
            leaving = asyncio.ensure_future(client.disconnect())
            await asyncio.sleep(0)
            leaving.cancel()
        return await free(contender, session)

    with nothing_left():
        assert asyncio.run(use()) == "free"


def test_one_guard_opens_one_client_after_the_other(session: Path) -> None:
    async def use() -> list[Any]:
        guard = quick(session)
        found = []
        for _ in range(2):
            client = await guard.aopen()
            found.append(await client.get_me())
            with pytest.raises(SessionHeldHereError):
                await quick(session).aopen()
            assert await guard.aopen() is client
            with pytest.raises(ConfigurationError, match="has been entered already"):
                await guard.__aenter__()
            await client.disconnect()
        return found

    with nothing_left():
        first, second = asyncio.run(use())

    assert first.id == second.id


def test_guard_without_a_loop_gives_the_client_that_is_open(session: Path, contender: Contender) -> None:
    with nothing_left():
        guard = quick(session)
        client = guard.open()
        same = guard.open()
        client.disconnect()

    assert same is client
    assert contender(session) == "free"


def test_client_that_lost_its_connection_is_connected_again_in_its_claim(session: Path, contender: Contender) -> None:
    async def use() -> tuple[bool, str, Any]:
        guard = quick(session)
        client = await guard.aopen()
        await client._sender.disconnect()  # as Telethon does by itself when it gives up
        lost = not client.is_connected()
        held = await asyncio.to_thread(contender, session)
        me = await (await guard.aopen()).get_me()
        await client.disconnect()
        return lost, held, me

    with nothing_left():
        lost, held, me = asyncio.run(use())

    assert lost
    assert held.startswith("SessionHeldHereError")
    assert me.id


@pytest.mark.parametrize("form", ["aopen", "open"])
def test_nothing_is_left_where_it_could_not_be_opened(state: Path, tmp_path: Path, contender: Contender, form: str) -> None:
    assert state.parent == tmp_path

    async def use() -> None:
        await quick(tmp_path / "nobody").aopen()

    with nothing_left(), pytest.raises(NotLoggedInError):
        asyncio.run(use()) if form == "aopen" else quick(tmp_path / "nobody").open()

    assert contender(tmp_path / "nobody") == "free"


def test_client_is_disconnected_from_another_thread(session: Path, contender: Contender) -> None:
    async def use() -> None:
        client = await quick(session).aopen()
        await asyncio.to_thread(client.disconnect)

    with nothing_left():
        asyncio.run(use())

    assert contender(session) == "free"


def test_loop_that_is_gone_frees_the_session_when_asked(far: Controls, session: Path, contender: Contender) -> None:
    clients: list[Any] = []

    async def begin() -> None:
        clients.append(await quick(session).aopen())

    async def end() -> None:
        await clients[0].disconnect()

    with nothing_left():
        asyncio.run(begin())
        held = contender(session)
        asyncio.run(end())

    assert held.startswith("SessionHeldHereError")
    assert contender(session) == "free"
    far.until(lambda ledger: ledger["totals"]["live"] == 0)


def test_login_that_telegram_ends_is_disconnected_by_itself(far: Controls, state: Path, tmp_path: Path, contender: Contender) -> None:
    assert state.parent == tmp_path
    key = login(far, tmp_path / "a.session")

    async def use() -> None:
        client = await quick(tmp_path / "a").aopen()
        far.revoke(key.key_id, "SESSION_REVOKED")
        assert await client.get_me() is None  # so Telethon says it
        await client.disconnected
        assert await free(contender, tmp_path / "a") == "free"

    with nothing_left():
        asyncio.run(asyncio.wait_for(use(), DEADLINE))


def test_threads_open_one_each(far: Controls, state: Path, tmp_path: Path, contender: Contender) -> None:
    assert state.parent == tmp_path
    for number, name in enumerate("ab", start=1):
        login(far, tmp_path / f"{name}.session", number)
    met, found = threading.Barrier(2), []

    def work(name: str) -> None:
        client = quick(tmp_path / name).open()
        met.wait(DEADLINE)
        found.append(client.loop.run_until_complete(client.get_me()).id)
        client.disconnect()

    with nothing_left():
        threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    assert len(found) == 2
    assert {contender(tmp_path / name) for name in "ab"} == {"free"}


@pytest.mark.parametrize("how", ["wait", "sync"])
def test_signal_disconnects_it_and_ends_the_process(far: Controls, session: Path, caplog: pytest.LogCaptureFixture, how: str) -> None:
    with running(session.parent, PROGRAM, session, how, says="inside") as program:
        program.signal(signal.SIGTERM)

        assert program.status() == -signal.SIGTERM, program.errors()
    far.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert_left_in_order(session, caplog)


@pytest.mark.parametrize("how", ["end", "idle"])
def test_end_of_the_process_gives_it_up_in_order(far: Controls, session: Path, caplog: pytest.LogCaptureFixture, how: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(session), how], cwd=CHECKOUT, env=environment(session.parent), capture_output=True,
        timeout=DEADLINE, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr.decode()
    far.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert_left_in_order(session, caplog)


async def free(contender: Contender, session: Path) -> str:
    """What keeps others out, or `free` once it does no more."""
    for _ in range(1000):
        answer = await asyncio.to_thread(contender, session)
        if answer == "free":
            break
    return answer


def assert_left_in_order(session: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The next holder is not told of an unclean end."""
    with caplog.at_level(logging.WARNING, "tgsession"), quick(session):
        pass
    assert not [one for one in caplog.records if getattr(one, "event", "") == "unclean-end"]
