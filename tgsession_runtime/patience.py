"""How long to wait for a session, and what is said on the way."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING

from tgsession_runtime.errors import SessionHeldHereError, SessionInUseError
from tgsession_runtime.events import event
from tgsession_runtime.holder import is_ancestor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_runtime.holder import Holder
    from tgsession_runtime.session import SessionName

REPORT_EVERY = 1.0
# A lock that was looked at by somebody else for some microseconds is not in use.
GLANCE = 0.005


class Patience:
    """One wait for a session: its end, and what is said on the way."""

    def __init__(self, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._begun, self.timeout = clock, clock(), max(timeout, GLANCE)
        self._reported = -REPORT_EVERY
        self._asked: set[str] = set()

    @property
    def spent(self) -> float:
        """How long it has lasted."""
        return self._clock() - self._begun

    @property
    def left(self) -> float:
        """How long it may last yet."""
        return max(0.0, self.timeout - self.spent)

    def check(self, name: SessionName, known: list[Holder], refusal: Callable[..., SessionInUseError] = SessionInUseError) -> None:
        """Go on waiting for *known*, or raise *refusal*."""
        for one in known:
            if one.token not in self._asked:
                self._asked.add(one.token)
                if is_ancestor(one):
                    whose = "this very program" if one.pid == os.getpid() else "the process that started this one"
                    raise SessionHeldHereError(name.label, [one], f"{whose}, {one}")
        waited = self.spent
        if waited >= self.timeout:
            raise refusal(name.label, known, waited)
        if self.timeout > GLANCE and waited - self._reported >= REPORT_EVERY:
            self._reported = waited
            who = " and ".join(map(str, known)) or "a process that left no record"
            message = f"waiting for {who}, {self.left:.0f} s left"
            fields = {"waited": round(waited, 3), "left": round(self.left, 3), "holder_pids": [one.pid for one in known]}
            event(logging.WARNING, "waiting", name, message, **fields)
