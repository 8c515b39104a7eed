"""From a client in any state to none: disconnected or cut off, its session saved and closed, no task left.

Telethon's `disconnect()` is a shielded task that may raise (a locked session file), may take 10 s for each connection,
and waits without end for event handlers (facts measured on 1.45). Here one attempt ends before the next begins, all of
them together have one limit, and what then still stands is cut down.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tgsession_runtime.events import event
from tgsession_runtime.sockets import Endings, abort, connections, senders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgsession_runtime.session import SessionName

_FIRST_PAUSE = 0.1
# What the kernel may take to bring the end of the stream to the other side, in seconds.
LAST_BYTES = 2.0
# How long something that was cancelled may take to notice, in seconds.
_NOTICE = 1.0


@dataclass(frozen=True, slots=True)
class Departure:
    """How a client left."""

    clean: bool
    """Telethon finished, and Telegram's side had the end of every connection."""
    attempts: int
    error: BaseException | None


async def disconnect(client: Any, name: SessionName, seconds: float) -> Departure:
    """Take *client* down within about *seconds*, whatever it is doing; never raises.

    To be run as a task of its own: cancelling it only makes it hurry.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    _wait_less_for_the_file(client)
    endings = Endings(client)
    await _settle(_underway(client), deadline)
    attempts, pause, error = 0, _FIRST_PAUSE, None
    while True:
        attempts += 1
        event(logging.DEBUG, "disconnecting", name, f"disconnecting, attempt {attempts}", attempt=attempts)
        error = await _attempt(client, deadline)
        again = isinstance(error, (Exception, asyncio.CancelledError)) and loop.time() + pause < deadline
        if not again:
            break
        event(logging.WARNING, "attempt", name, f"disconnecting failed: {type(error).__name__}", attempt=attempts)
        await _sleep(pause)
        pause *= 2
    if error is not None:
        abort(client)
    await _close_session(client, failed=error is not None)
    arrived = await _finish(endings, min(LAST_BYTES, max(0.05, deadline - loop.time())), at_once=error is not None)
    await _clear_up(client)
    return Departure(error is None and arrived, attempts, error)


async def _attempt(client: Any, deadline: float) -> BaseException | None:
    """Call `disconnect()` once and see it through; what went wrong, if anything."""
    before = asyncio.all_tasks()
    try:
        promised = getattr(client.disconnect, "telethons", client.disconnect)()
    except Exception as error:
        return error
    # Telethon hands out a shield over a task of its own: it is the task that has to end.
    begun: set[asyncio.Future[Any]] = {*(asyncio.all_tasks() - before)}
    if inspect.isawaitable(promised):
        outer = asyncio.ensure_future(promised)
        outer.add_done_callback(_retrieve)
        begun = begun or {outer}
    if not await _settle(begun, deadline):
        return TimeoutError("the disconnect did not end in time")
    return next((found for task in begun if (found := _retrieve(task)) is not None), None)


async def _settle(tasks: Iterable[asyncio.Future[Any]], deadline: float) -> bool:
    """Wait for *tasks* until *deadline*, then cancel them; whether they ended by themselves."""
    tasks = set(tasks)
    if await _all_done(tasks, deadline - asyncio.get_running_loop().time()):
        return True
    for task in tasks:
        task.cancel()
    await _all_done(tasks, _NOTICE)
    return False


async def _all_done(tasks: set[asyncio.Future[Any]], seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    end = loop.time() + max(0.0, seconds)
    while waiting := {task for task in tasks if not task.done()}:
        left = end - loop.time()
        if left <= 0:
            return False
        # A second cancellation must not leave the first one's work half done.
        with suppress(asyncio.CancelledError):
            await asyncio.wait(waiting, timeout=left)
    return True


async def _sleep(seconds: float) -> None:
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(seconds)


async def _finish(endings: Endings, seconds: float, *, at_once: bool) -> bool:
    if at_once:
        endings.reset()
        return False
    try:
        return await endings.finish(seconds)
    except asyncio.CancelledError:
        endings.reset()
        return False


async def _close_session(client: Any, *, failed: bool) -> None:
    """Save and close what a failed disconnect has left open: an open transaction locks the file for everybody."""
    session, database = getattr(client, "session", None), _database(client)
    if session is None or not (failed or database):
        return
    try:
        for step in (session.save, session.close):
            if inspect.isawaitable(done := step()):
                task = asyncio.ensure_future(done)
                await _settle({task}, _in(_NOTICE))
                _retrieve(task)
    except Exception:  # of whatever keeps the session; what can be done about SQLite's follows
        # Somebody else has the file. The auth key is in it since the connect; only cached entities are given up.
        if database is not None:
            for last in (database.rollback, database.close):
                with suppress(sqlite3.Error):
                    last()
            session._conn = None  # noqa: SLF001 - or the next use takes it for open


async def _clear_up(client: Any) -> None:
    """End what Telethon leaves running after a disconnect that failed or met a reconnect."""
    parts = {id(part) for part in (client, *senders(client), *connections(client))}
    mine = asyncio.current_task()
    left = {task for task in asyncio.all_tasks() if task is not mine and id(_owner(task)) in parts}
    for task in left:
        task.cancel()
    await _all_done(set(left), _NOTICE)
    for task in left:
        _retrieve(task)
    for sender in senders(client):
        # A request made while Telethon reconnects waits in a queue that nobody empties any more.
        for request in list(getattr(getattr(sender, "_send_queue", None), "_deque", ())):
            future = getattr(request, "future", None)
            if future is not None and not future.done():
                future.set_exception(ConnectionError("the client was disconnected before this request was sent"))
                future.exception()  # seen, should nobody be waiting for it any more


def _underway(client: Any) -> set[asyncio.Task[Any]]:
    """The disconnects of *client* that somebody else began: there must never be two at once."""
    return {
        task for task in asyncio.all_tasks()
        if _owner(task) is client and getattr(task.get_coro(), "__name__", "") == "_disconnect_coro"
    }  # fmt: skip


def _owner(task: asyncio.Task[Any]) -> object:
    """The object whose method *task* runs; None for a plain function."""
    frame = getattr(task.get_coro(), "cr_frame", None)
    return frame.f_locals.get("self") if frame is not None else None


def _retrieve(task: asyncio.Future[Any]) -> BaseException | None:
    if not task.done():
        return TimeoutError("it does not end")
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _wait_less_for_the_file(client: Any) -> None:
    """SQLite waits 5 s for a locked file and stops the loop meanwhile; attempts that are repeated need no more than this."""
    if (database := _database(client)) is not None:
        with suppress(sqlite3.Error):
            database.execute("pragma busy_timeout = 500")


def _database(client: Any) -> sqlite3.Connection | None:
    """The open database of Telethon's own kind of session; other kinds may have anything under that name."""
    found = getattr(getattr(client, "session", None), "_conn", None)
    return found if isinstance(found, sqlite3.Connection) else None


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
