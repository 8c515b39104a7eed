"""Forked processes that are killed, stopped and replaced, and none of which outlives the proof."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress


class Crew:
    """The children of this process, by pid, with what each does.

    They are forked, not started: what they import is there already, so a thousand replacements cost seconds, not minutes.
    """

    def __init__(self) -> None:
        self.living: dict[int, Callable[[], None]] = {}
        self.ends: dict[int, int] = {}
        """How each ended: its exit status, or the number of the signal, negative."""

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.living:
            os.kill(pid, signal.SIGKILL)
        while self.living:
            self._note(*os.waitpid(-1, 0))

    def start(self, work: Callable[[], None]) -> int:
        """Run *work* in a new process, which ends with it."""
        pid = os.fork()
        if pid == 0:
            self.living.clear()
            _run(work)
        self.living[pid] = work
        return pid

    def send(self, pid: int, number: int) -> None:
        """Signal a child, if it is still there."""
        if pid in self.living:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def reap(self) -> dict[int, Callable[[], None]]:
        """Those that have ended since, and what they did."""
        ended = {}
        while self.living:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = self.living[pid]
            self._note(pid, status)
        return ended

    def join(self, seconds: float) -> int:
        """Wait until all have ended, *seconds* at most; how many have not."""
        deadline = time.monotonic() + seconds
        while self.living and time.monotonic() < deadline:
            self.reap()
            time.sleep(0.01)
        return len(self.living)

    def _note(self, pid: int, status: int) -> None:
        if self.living.pop(pid, None) is not None:
            self.ends[pid] = os.waitstatus_to_exitcode(status)


def _run(work: Callable[[], None]) -> None:
    """Be the child: never return into what the parent was doing."""
    status = 70
    try:
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
