"""A cancellation at every moment of a guarded block: whatever it meets, nothing is left and the session is free."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.guarding import Contender, descriptors, login, quick
from tests.telegram import Controls

pytestmark = pytest.mark.usefixtures("state")

_LONGEST = 20.0  # seconds


class SteppingLoop(asyncio.SelectorEventLoop):
    """A loop that does something after so many of its rounds."""

    def __init__(self) -> None:
        super().__init__()
        self.rounds = 0
        self.plan: dict[int, Callable[[], Any]] = {}

    def _run_once(self) -> None:
        super()._run_once()
        self.rounds += 1
        if action := self.plan.pop(self.rounds, None):
            action()


def stepped(main: Callable[[SteppingLoop], Coroutine[Any, Any, Any]]) -> SteppingLoop:
    """Run *main* on a loop of its own to the end; no task is left in it."""
    loop = SteppingLoop()
    try:
        loop.run_until_complete(asyncio.wait_for(main(loop), _LONGEST))
        assert not asyncio.all_tasks(loop)
    finally:
        loop.close()
    return loop


async def _block(session: Path) -> None:
    async with quick(session) as client:
        await client.get_me()
        await asyncio.sleep(0)


async def _whole(session: Path, _loop: SteppingLoop) -> None:
    await _block(session)


@pytest.fixture
def session(far: Controls, tmp_path: Path) -> Path:
    """A session whose key would die if one of its connections met the one before."""
    login(far, tmp_path / "a.session")
    far.set_policy("strict")
    return tmp_path / "a"


@pytest.fixture(autouse=True)
def _policy(far: Controls) -> Any:
    yield
    far.set_policy("ip")


@pytest.mark.parametrize("again", [(), (1,), (1, 2, 3), (7,)], ids=str)
def test_cancellation_after_any_step_leaves_nothing(far: Controls, contender: Contender, session: Path, again: tuple[int, ...]) -> None:
    rounds = stepped(lambda loop: _whole(session, loop)).rounds
    before, ended = descriptors(), set()

    async def cancelled(loop: SteppingLoop, step: int) -> None:
        task = loop.create_task(_block(session))
        loop.plan = {loop.rounds + 1 + step + more: task.cancel for more in (0, *again)}
        try:
            await task
            ended.add("through")
        except asyncio.CancelledError:
            ended.add("cancelled")

    for step in (*range(1, rounds + 3, 3 if again else 1), 10_000):
        stepped(lambda loop, step=step: cancelled(loop, step))  # type: ignore[misc]
        assert contender(session) == "free"

    assert ended == {"through", "cancelled"}
    assert descriptors() == before
    assert far.totals()["live"] == far.totals()["invalidations"] == 0


def test_time_limit_around_a_block_leaves_nothing(contender: Contender, session: Path) -> None:
    before = descriptors()

    async def limited(seconds: float) -> None:
        try:
            await asyncio.wait_for(_block(session), seconds)
        except asyncio.TimeoutError:
            pass

    for tick in range(0, 60, 4):
        stepped(lambda _loop, tick=tick: limited(tick / 1000))  # type: ignore[misc]
        assert contender(session) == "free"
    assert descriptors() == before


def test_program_that_ends_around_a_background_block_leaves_nothing(contender: Contender, session: Path) -> None:
    rounds = stepped(lambda loop: _whole(session, loop)).rounds
    before = descriptors()

    async def main(step: int) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SteppingLoop)
        over = asyncio.Event()
        task = loop.create_task(_block(session))
        loop.plan = {loop.rounds + 1 + step: over.set}
        task.add_done_callback(lambda _: over.set())
        await over.wait()

    for step in range(1, rounds + 3, 2):
        _run_as_asyncio_does(main(step))
        assert contender(session) == "free"
    assert descriptors() == before


def _run_as_asyncio_does(main: Coroutine[Any, Any, None]) -> None:
    """`asyncio.run`, on a stepping loop: at the end it cancels every task at once."""
    from asyncio import runners

    loop = SteppingLoop()
    try:
        loop.run_until_complete(main)
    finally:
        runners._cancel_all_tasks(loop)  # type: ignore[attr-defined]
        loop.run_until_complete(loop.shutdown_asyncgens())
        assert not asyncio.all_tasks(loop)
        loop.close()


def block_and_failing_sibling(session: Path) -> tuple[Coroutine[Any, Any, None], Coroutine[Any, Any, None]]:
    """A guarded block, and what fails beside it as soon as that is entered."""
    inside = asyncio.Event()

    async def block() -> None:
        async with quick(session):
            inside.set()
            await asyncio.sleep(_LONGEST)

    async def sibling() -> None:
        await inside.wait()
        raise ValueError("the sibling's")

    return block(), sibling()


def test_failing_sibling_in_gather_ends_the_block_in_order(contender: Contender, session: Path) -> None:
    async def main(_loop: SteppingLoop) -> None:
        block, sibling = block_and_failing_sibling(session)
        task = asyncio.ensure_future(block)
        with pytest.raises(ValueError, match="the sibling's"):
            await asyncio.gather(task, sibling)
        task.cancel()
        await asyncio.wait({task})

    stepped(main)

    assert contender(session) == "free"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="task groups came with 3.11")
def test_failing_sibling_in_a_task_group_ends_the_block_in_order(contender: Contender, session: Path) -> None:
    async def main(_loop: SteppingLoop) -> None:
        async with asyncio.TaskGroup() as group:
            for work in block_and_failing_sibling(session):
                group.create_task(work)

    with pytest.raises(ExceptionGroup) as caught:  # noqa: F821 - of Python 3.11
        stepped(main)

    assert [str(one) for one in caught.value.exceptions] == ["the sibling's"]
    assert contender(session) == "free"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="`asyncio.timeout` came with 3.11")
def test_time_limit_inside_the_task_raises_the_timeout(contender: Contender, session: Path) -> None:
    async def main(_loop: SteppingLoop) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                async with quick(session):
                    await asyncio.sleep(_LONGEST)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    stepped(main)

    assert contender(session) == "free"


def test_cancellation_while_another_process_holds_it_leaves_the_line(far: Controls, contender: Contender, session: Path) -> None:
    async def main(loop: SteppingLoop) -> None:
        async with quick(session):
            waiter = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _WAITER, str(session), cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
            )
            assert waiter.stdout is not None
            assert await waiter.stdout.readline() == b"waiting\n"
            assert await waiter.stdout.readline() == b"cancelled\n"
            await waiter.wait()

    asyncio.run(main(None))  # type: ignore[arg-type] # child processes need a watcher, which `run` brings on 3.10

    assert contender(session) == "free"


_WAITER = """
import asyncio, logging, sys
from tgsession_runtime import guarded_client

async def main():
    told = asyncio.Event()
    class Told(logging.Handler):
        def emit(self, record):
            told.set()
    logging.getLogger("tgsession").addHandler(Told())
    async def wait():
        async with guarded_client(sys.argv[1], 1, "0" * 32):
            pass
    task = asyncio.create_task(wait())
    await told.wait()
    print("waiting", flush=True)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", flush=True)

import tgsession_runtime.holder as holder
holder.is_ancestor = lambda one: False  # the holder starts this waiter only because this is a test
asyncio.run(main())
"""
