"""Work that this process and a forked child share, beside what this process does meanwhile.

A fork costs a millisecond or two where a pool costs fifty, and the child inherits everything. Where forking is not
to be had (Windows) or not safe (other threads run), the work is done here, when its result is asked for.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, BinaryIO

_enabled = hasattr(os, "fork") and sys.platform != "win32"
# The number of a share is one byte.
_MOST_SHARES = 256
_LENGTH = 8  # bytes


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worth_forking() -> bool:
    """Whether a child would run beside us, and safely."""
    threading = sys.modules.get("threading")  # not imported: then nobody has started a thread
    return _enabled and cores() > 1 and (threading is None or threading.active_count() == 1)


class Shared:
    """*work* on *items*, a share at a time; the child begins at once, this process when it asks for the results.

    Whoever is free takes the next share that nobody has: a child on a busy processor keeps nobody waiting. Results must
    be of plain types (they travel by `marshal`). What has to be done *before* the first share is done by the child, if
    there is one, and told to this process when it asks for it.
    """

    def __init__(
        self, work: Callable[[Sequence[Any]], Any], items: Sequence[Any], *, fork: bool, size: int = 1,
        before: Callable[[], Any] | None = None,
    ) -> None:  # fmt: skip
        self._work = work
        self._before = before
        self._told: BinaryIO | None = None
        size = max(size, -(-len(items) // _MOST_SHARES))
        self._shares = [items[start : start + size] for start in range(0, len(items), size)]
        self._queue = self._answer = -1
        self._child = 0
        self._done: dict[int, Any] = {}
        if fork and len(self._shares) > 1 and worth_forking():
            self._start()

    def _start(self) -> None:
        """Fork; a pipe filled with the numbers of the shares is the queue that both read from."""
        self._queue, filling = os.pipe()
        os.write(filling, bytes(range(len(self._shares))))
        os.close(filling)
        self._answer, writing = os.pipe()
        try:
            self._child = os.fork()
        except OSError:
            self._close()
        if self._child == 0 and self._queue >= 0:
            _run_in_child(self._before, self._take, writing)
        os.close(writing)
        if self._child:
            self._told = os.fdopen(self._answer, "rb", closefd=False)

    def prepared(self) -> Any:
        """What had to be done before the first share; asked once, and before anything else."""
        before, self._before = self._before, None
        if before is None:
            return None
        if self._told is not None:
            length = int.from_bytes(self._told.read(_LENGTH), "little")
            data = self._told.read(length)
            if length and len(data) == length:
                return marshal.loads(data)  # noqa: S302 - from our own child, through a pipe of our own
        return before()

    def child_works(self) -> bool:
        """Whether a child is still at work, so that this process does well to do something else meanwhile."""
        if not self._child:
            return False
        from select import select

        readable, _, _ = select([self._answer], [], [], 0)
        return not readable

    def _take(self) -> dict[int, Any]:
        """The results of the shares that fall to this process."""
        done: dict[int, Any] = {}
        while number := os.read(self._queue, 1):
            done[number[0]] = self._work(self._shares[number[0]])
        return done

    def results(self) -> list[Any]:
        """The result of every share, in order. A child that died is replaced by doing its shares here."""
        if self._child:
            self._done = self._take()
            self._done.update(self._collect())
        for number, share in enumerate(self._shares):
            if number not in self._done:
                self._done[number] = self._work(share)
        return [self._done[number] for number in range(len(self._shares))]

    def _collect(self) -> dict[int, Any]:
        data = self._told.read() if self._told is not None else b""
        self._close()
        os.waitpid(self._child, 0)
        self._child = 0
        try:
            found: dict[int, Any] = marshal.loads(data)  # noqa: S302 - from our own child, through a pipe of our own
        except (EOFError, ValueError, TypeError):
            return {}
        return found

    def _close(self) -> None:
        if self._told is not None:
            self._told.close()
            self._told = None
        os.close(self._queue)
        os.close(self._answer)
        self._queue = self._answer = -1

    def abandon(self) -> None:
        """Give the results up; the child, if any, is ended."""
        if self._child:
            import signal

            self._close()
            os.kill(self._child, signal.SIGTERM)
            os.waitpid(self._child, 0)
            self._child = 0


def _run_in_child(before: Callable[[], Any] | None, work: Callable[[], Any], writing: int) -> None:
    global _enabled  # noqa: PLW0603 - of this process, which is the second already
    _enabled = False
    status = 1
    try:
        with os.fdopen(writing, "wb") as pipe:
            if before is not None:
                data = marshal.dumps(before())
                pipe.write(len(data).to_bytes(_LENGTH, "little") + data)
                pipe.flush()
            pipe.write(marshal.dumps(work()))
        status = 0
    finally:
        # No clean-up of the parent's: its buffers, its exit handlers and its tests are not ours.
        os._exit(status)
