"""Programs that fork while they hold a session."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.runtime.guarding import quick
from tests.runtime.scenes import inside, say, scene

_LONG = 20.0  # seconds


def _error_of(action: Callable[[], Any]) -> str:
    try:
        action()
    except BaseException as error:
        return type(error).__name__
    return "nothing"


@scene
def fork_and_use(form: str, session: str, what: str) -> None:
    """A child uses what it has inherited; then the parent asks something."""

    def child(client: Any) -> None:
        def own_guard() -> None:
            with quick(session):
                pass

        def run(work: Any) -> Any:
            try:
                work.send(None)
            except StopIteration:
                return None
            return None

        say("child " + _error_of({
            "request": lambda: run(client.get_me()),
            "connect": client.connect,
            "disconnect": client.disconnect,
            "own guard": lambda: threading_free(own_guard),
        }[what]))  # fmt: skip

    async def body(client: Any) -> None:
        if not (pid := os.fork()):
            child(client)
            os._exit(0)
        os.waitpid(pid, 0)  # noqa: ASYNC222 - a moment
        await client.get_me()
        say("parent works")

    inside(form, session, body)
    say("parent left")


def threading_free(action: Callable[[], Any]) -> None:
    """Do it in a thread: the forked stack still runs the parent's loop."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


@scene
def fork_and_leave(form: str, session: str, how: str) -> None:
    """A child leaves the block that it was forked in; the parent's loop is woken by a thread afterwards."""

    async def body(client: Any) -> None:
        loop = asyncio.get_running_loop()
        if not (pid := os.fork()):
            if how == "exit":
                sys.exit(3)
            return
        _, status = os.waitpid(pid, 0)  # noqa: ASYNC222 - a moment
        say(f"child {os.waitstatus_to_exitcode(status)}")
        woken, late = loop.create_future(), []
        # Before the guard's own look at its claim wakes the loop.
        timer = loop.call_later(0.9, late.append, "not woken")
        threading.Timer(0.01, loop.call_soon_threadsafe, (woken.set_result, None)).start()
        await woken
        timer.cancel()
        assert not late
        await client.get_me()
        say("parent works")

    parent = os.getpid()
    try:
        inside(form, session, body)
    except BaseException as error:
        if os.getpid() == parent:
            raise
        say(f"child {type(error).__name__}")
        sys.stderr.close()
        os._exit(error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else 4)


@scene
def fork_and_live(form: str, session: str, how: str) -> None:
    """The parent ends while a child that it forked in the block lives on."""

    async def body(_client: Any) -> None:
        if not os.fork():
            signal.alarm(10)
            say(f"child of {os.getppid()} is {os.getpid()}")
            time.sleep(_LONG)  # noqa: ASYNC251 - the child has no loop
            os._exit(0)
        if how != "clean":
            await asyncio.sleep(_LONG)

    inside(form, session, body)


@scene
def multiprocess(form: str, session: str, how: str) -> None:
    """A child of `multiprocessing` enters a guard of its own, once the parent holds one and once it does not."""
    context: Any = multiprocessing.get_context(how)

    async def body(client: Any) -> None:
        _child_enters(context, session)
        await client.get_me()

    inside(form, session, body)
    _child_enters(context, session)


def _child_enters(context: Any, session: str) -> None:
    process = context.Process(target=_enter, args=(session,))
    process.start()
    process.join()


def _enter(session: str) -> None:
    signal.alarm(10)

    def enter() -> None:
        with quick(session) as client:
            client.loop.run_until_complete(client.get_me())

    say("child " + _error_of(lambda: threading_free(enter)))
