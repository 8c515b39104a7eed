"""A guard on an exit stack that outlives the task which entered it, and a client that outlives its guard."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.runtime.commands import running
from tests.runtime.guarding import quick
from tgsession_runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.telegram import Controls, Login

pytestmark = pytest.mark.usefixtures("state")

PROGRAM = """
import asyncio
import sys
from contextlib import AsyncExitStack

from tgsession_runtime import guarded_client

exits = AsyncExitStack()

async def begin():
    await exits.enter_async_context(guarded_client(sys.argv[1], 1, "0" * 32))

async def work():
    print("inside", flush=True)
    await asyncio.Event().wait()

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(begin())
loop.run_until_complete(work())
"""


def test_client_that_is_kept_past_its_block_cannot_be_connected_again(tmp_path: Path, telegram: Controls, alice: Login) -> None:
    alice.write(tmp_path / "alice.session")
    before = telegram.ledger()["totals"]["connects"]

    async def use() -> None:
        async with quick(tmp_path / "alice") as client:
            await client.get_me()
        await client.disconnect()
        for again in (client.connect, client.start):
            with pytest.raises(ConfigurationError, match="has ended, and its client with it"):
                await again()

    asyncio.run(use())

    assert telegram.ledger()["totals"]["connects"] - before == 1


def test_signal_ends_a_process_whose_guard_was_entered_by_a_task_that_is_over(
    tmp_path: Path, telegram: Controls, alice: Login
) -> None:
    alice.write(tmp_path / "alice.session")
    with running(tmp_path, PROGRAM, tmp_path / "alice.session", says="inside") as program:
        program.signal(signal.SIGTERM)

        assert program.status() == -signal.SIGTERM, program.errors()
    telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
