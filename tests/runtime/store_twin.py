"""A store in a few lines of Python, in simulated time: the scripts of `redis_store.py`, as `test_store_twin.py` shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

UNSURE = -1
"""The lease that nobody has: it keeps everybody out while the store may have forgotten another."""
ALL = frozenset({"wait after a restart", "wait after a promotion", "compare the token at a release", "doubt the holder who is gone"})


@dataclass
class Twin:
    """One login in the store. Without a margin it does what that keeps it from."""

    margins: frozenset[str] = ALL
    lease: int = 0
    ends: float = 0.0
    last: int = 0
    last_run: int = 0
    """The run that last knew who had it; 0 if none has."""
    run: int = 1
    started: float = -1000.0
    promoted: bool = False
    clock: int = 0

    def acquire(self, now: float, kept: float, over: int = 0) -> int:
        """A token; 0 if there is a lease, or may be one."""
        self._expire(now)
        if self.lease and self.lease != over:
            return 0
        sure = self.lease != 0 and "doubt the holder who is gone" not in self.margins
        if self.last_run != self.run and not sure and (unsure := self._unsure(now, kept)) > 0:
            self.last_run, self.lease, self.ends = self.run, UNSURE, now + unsure
            return 0
        self.clock += 1
        self.lease = self.last = max(self.last + 1, self.clock)
        self.ends, self.last_run = now + kept, self.run
        return self.lease

    def renew(self, token: int, now: float, kept: float) -> bool:
        self._expire(now)
        if self.lease != token and (self.lease > 0 or self.last > token):
            return False
        self.lease, self.ends = token, now + kept
        self.last, self.last_run = token, self.run
        return True

    def release(self, token: int, now: float) -> bool:
        self._expire(now)
        if self.lease != token and "compare the token at a release" in self.margins:
            return False
        self.lease, self.last, self.last_run = 0, token + 1, self.run
        return True

    def restart(self, now: float, *, forget: bool = True) -> None:
        if forget:
            self.lease = self.last = self.last_run = 0
        self.run, self.started, self.promoted = self.run + 1, now, False

    def copy(self) -> Twin:
        """What a replica has heard so far."""
        return replace(self)

    def promote(self, heard: Twin) -> None:
        """A replica that has *heard* so much takes over. It has run for long."""
        self.lease, self.ends, self.last, self.last_run = heard.lease, heard.ends, heard.last, heard.last_run
        self.run, self.started, self.promoted = self.run + 1, -1000.0, True

    def _unsure(self, now: float, kept: float) -> float:
        """How long a lease could last yet that it has forgotten."""
        if self.promoted:
            return kept if "wait after a promotion" in self.margins else 0.0
        return kept - (now - self.started) if "wait after a restart" in self.margins else 0.0

    def _expire(self, now: float) -> None:
        if self.lease and now >= self.ends:
            self.lease = 0
