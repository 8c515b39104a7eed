"""Guarded blocks as the tests of their life cycle use them, and what may be left of one: nothing."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.runtime.commands import CHECKOUT, environment
from tgsession_runtime import guarded_client

if TYPE_CHECKING:
    from tests.telegram import Controls
    from tgsession_runtime import Guard

API = (1, "0" * 32)
# Workers of tests that run beside this one are no reason to refuse.
QUICK: dict[str, Any] = {"workers": "ignore", "lock_timeout": 0.5, "connect_timeout": 10.0, "disconnect_timeout": 0.3}
IMPATIENT = 0.2  # seconds for a connect that does not come about
FORMS = ("async with", "with")
# Without a block, left by the client's own disconnect.
OPENED = ("aopen", "open")

# Claims what each line of its input names, a state folder and a session file, and says in a line what came of it.
_CONTENDER = """
import sys
from tgsession_runtime.claim import contend
from tgsession_runtime.pause import wait_for
from tgsession_runtime.session import name_of
from tgsession_runtime.state import state_of
print("ready", flush=True)
held = []
for line in sys.stdin:
    what, state, session = line.strip().split("\t")
    try:
        if what == "try" or not held:
            held.append(wait_for(contend(name_of(session), state_of({"TGSESSION_STATE_DIR": state}), timeout=0.0)))
        if what != "hold":
            held.pop().release()
        print("free", flush=True)
    except Exception as error:
        print(repr(error), flush=True)
"""


def quick(session: Any, **options: Any) -> Guard[Any]:
    """A guard whose limits are short."""
    return guarded_client(session, *API, **{**QUICK, **options})


@asynccontextmanager
async def opened(guard: Guard[Any]) -> AsyncIterator[Any]:
    """The client of *guard* without a block of ours."""
    client = await guard.aopen()
    try:
        yield client
    finally:
        await client.disconnect()


def run(form: str, guard: Callable[[], Guard[Any]], body: Callable[[Any], Any]) -> Any:
    """Enter a guard in *form*, run *body*, a coroutine function, with its client; its result."""
    if form == "with":
        with guard() as client:
            return client.loop.run_until_complete(body(client))
    if form == "open":
        client = guard().open()
        try:
            return client.loop.run_until_complete(body(client))
        finally:
            client.disconnect()

    async def main() -> Any:
        tasks = asyncio.all_tasks()
        try:
            async with guard() if form == "async with" else opened(guard()) as client:
                return await body(client)
        finally:
            left = asyncio.all_tasks() - tasks
            assert not left, left

    return asyncio.run(main())


@contextmanager
def nothing_left() -> Iterator[None]:
    """Whatever happens inside, no descriptor and no thread is left of it."""
    before = descriptors(), set(threading.enumerate())
    try:
        yield
    finally:
        left = descriptors() - before[0], {one for one in threading.enumerate() if one.is_alive()} - before[1]
        assert left == (set(), set()), left


def descriptors() -> set[tuple[int, str]]:
    """The open descriptors of this process and what they lead to; what is garbage has none."""
    gc.collect()  # or what an earlier test has left is closed while a later one counts
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add((int(number), os.readlink(f"/proc/self/fd/{number}")))
        except FileNotFoundError:  # the listing's own
            pass
    return found


class Contender:
    """Another process, which says whether it could have a session."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CONTENDER], cwd=CHECKOUT, env=environment(folder), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._line() == "ready"

    def __call__(self, session: Path | str, what: str = "try") -> str:
        """`free`, or what kept it out."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\t{os.environ['TGSESSION_STATE_DIR']}\t{session}\n")
        self._process.stdin.flush()
        return self._line()

    @contextmanager
    def holding(self, session: Path | str) -> Iterator[int]:
        """While it has the session; its pid."""
        assert self(session, "hold") == "free"
        try:
            yield self._process.pid
        finally:
            self(session, "drop")

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def login(telegram: Controls, path: Path, number: int = 1) -> Any:
    """A new login of its own, written to *path*."""
    found = telegram.log_in(telegram.add_user(phone=f"+1555{number:04}", code="12345"))
    found.write(path)
    return found
