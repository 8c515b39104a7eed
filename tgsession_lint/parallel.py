"""One piece of work in a forked child, beside what this process does meanwhile.

A fork costs a millisecond or two where a pool costs fifty, and the child inherits everything. Where forking is not
to be had (Windows) or not safe (other threads run), the work is done here, when its result is asked for.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_enabled = hasattr(os, "fork") and sys.platform != "win32"


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worth_forking() -> bool:
    """Whether a child would run beside us, and safely."""
    threading = sys.modules.get("threading")  # not imported: then nobody has started a thread
    return _enabled and cores() > 1 and (threading is None or threading.active_count() == 1)


class Beside:
    """*work* started now, in a child if *fork*; its result must be of plain types (it travels by `marshal`)."""

    def __init__(self, work: Callable[[], Any], *, fork: bool) -> None:
        self._work = work
        self._child = 0
        self._done = False
        self._value: Any = None
        if fork and worth_forking():
            self._start()

    def _start(self) -> None:
        reading, writing = os.pipe()
        try:
            self._child = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            return
        if self._child == 0:
            _run_in_child(self._work, writing)
        os.close(writing)
        self._reading = reading

    def result(self) -> Any:
        """What *work* gave; waits for it. A child that died is replaced by doing the work here."""
        if not self._done:
            self._value = self._collect() if self._child else self._work()
            self._done = True
        return self._value

    def _collect(self) -> Any:
        with os.fdopen(self._reading, "rb") as pipe:
            data = pipe.read()
        os.waitpid(self._child, 0)
        self._child = 0
        try:
            return marshal.loads(data)  # noqa: S302 - from our own child, through a pipe of our own
        except (EOFError, ValueError, TypeError):
            return self._work()

    def abandon(self) -> None:
        """Give the result up; the child, if any, is ended."""
        if self._child and not self._done:
            import signal

            os.close(self._reading)
            os.kill(self._child, signal.SIGTERM)
            os.waitpid(self._child, 0)
            self._done = True


def _run_in_child(work: Callable[[], Any], writing: int) -> None:
    status = 1
    try:
        data = marshal.dumps(work())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)
        status = 0
    finally:
        # No clean-up of the parent's: its buffers, its exit handlers and its tests are not ours.
        os._exit(status)
