"""Where and how a guard is entered: scripts, threads, running loops, one loop after another."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import CHECKOUT
from tests.runtime.guarding import FORMS, Contender, login, nothing_left, quick, run
from tests.telegram import Controls
from tgsession_runtime import ConfigurationError, RunningLoopError


@pytest.fixture
def session(far: Controls, state: Path, tmp_path: Path) -> Path:
    """A session of its own."""
    login(far, tmp_path / "a.session")
    return tmp_path / "a"


def test_one_loop_after_another_each_with_a_guard(session: Path) -> None:
    async def main() -> int:
        async with quick(session) as client:
            return int((await client.get_me()).id)

    with nothing_left():
        assert asyncio.run(main()) == asyncio.run(main())


@pytest.mark.parametrize("form", FORMS)
def test_one_guard_can_be_entered_again_but_not_twice_at_once(session: Path, form: str) -> None:
    guard = quick(session)
    for _ in range(2):
        assert run(form, lambda: guard, lambda client: client.get_me()) is not None

    with guard, pytest.raises(ConfigurationError, match="entered already"), guard:
        pass


@pytest.mark.parametrize("form", FORMS)
def test_guard_in_a_thread(session: Path, contender: Contender, form: str) -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(run(form, lambda: quick(session), lambda client: client.get_me())))

    with nothing_left():
        thread.start()
        thread.join()

    assert found
    assert found[0] is not None
    assert contender(session) == "free"


def test_with_in_a_running_loop_names_async_with(session: Path, contender: Contender) -> None:
    async def cell() -> None:
        with quick(session):
            pass

    with nothing_left(), pytest.raises(RunningLoopError) as caught:
        asyncio.run(cell())

    assert "async with" in caught.value.hint
    assert contender(session) == "free"


def test_sync_calls_work_in_a_with_block_once_telethon_is_told_so(session: Path) -> None:
    script = """
import sys
import telethon.sync
from tests.runtime.commands import CHECKOUT
from tests.runtime.guarding import quick
with quick(sys.argv[1]) as client:
    print(client.get_me().id > 0, client.is_connected())
"""
    done = subprocess.run([sys.executable, "-c", script, str(session)], cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["True", "True"], done.stderr


@pytest.mark.parametrize("form", FORMS)
def test_listener_that_is_disconnected_ends_the_block_quietly(session: Path, contender: Contender, form: str) -> None:
    async def body(client: Any) -> str:
        asyncio.get_running_loop().call_later(0.05, client.disconnect)
        await client.run_until_disconnected()
        return "through"

    with nothing_left():
        assert run(form, lambda: quick(session), body) == "through"
    assert contender(session) == "free"


@pytest.mark.parametrize("form", FORMS)
def test_body_may_disconnect_and_connect_again(session: Path, contender: Contender, form: str) -> None:
    async def body(client: Any) -> Any:
        await client.disconnect()
        await client.connect()
        return await client.get_me()

    with nothing_left():
        assert run(form, lambda: quick(session), body) is not None
    assert contender(session) == "free"


def test_body_that_closes_the_loop_frees_the_session_nevertheless(far: Controls, session: Path, contender: Contender) -> None:
    with quick(session) as client:
        client.loop.close()

    assert contender(session) == "free"
    far.until(lambda ledger: ledger["totals"]["live"] == 0)


def test_own_loop_of_the_thread_is_used_and_kept(session: Path) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        with quick(session) as client:
            assert client.loop is loop
        assert not loop.is_closed()
        assert asyncio.all_tasks(loop) == set()
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_a_loop_that_was_told_to_stop_disconnects_all_the_same(session: Path, contender: Contender) -> None:
    with nothing_left(), quick(session) as client:
        client.loop.call_soon(client.loop.stop)  # as an interrupted `run_until_complete()` may leave it

    assert contender(session) == "free"
