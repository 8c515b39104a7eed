"""How long a lease lasts and what has to have happened by when, and what a holder may believe of its own.

All times are those of the holder's own clock, counted from *before* the last good renewal was asked for: the store's count
begins later, so it ends later. Both inequalities and defaults follow client-go's leader election; `docs/lease.md` argues
the numbers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import floor

_JITTER = 1.2
"""A renewal is due after `renew` seconds to this many times that."""
_TIMER = 1.0
"""The shortest delay that Telegram's timer knows."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a lease, in seconds."""

    duration: float = 60.0
    """How long it lasts after a renewal."""
    renew: float = 10.0
    """How often it is renewed; up to a fifth later, so that hosts do not ask in step."""
    deadline: float = 30.0
    """Not renewed for so long, the block ends and disconnects in order."""
    settle: float = 15.0
    """How long nobody gets in after it ran out instead of being released."""

    @property
    def cut(self) -> float:
        """Not renewed for so long, the connections are reset, by us and by Telegram's own timer."""
        return (self.deadline + self.duration) / 2

    @property
    def answer(self) -> float:
        """How long the store may take to answer: one that hangs must not use up the deadline."""
        return min(3.0, self.renew * 0.3)

    @property
    def kept(self) -> float:
        """How long the store keeps it: what is settled in it needs no second record."""
        return self.duration + self.settle

    @property
    def slack(self) -> float:
        """How much later than it was written a packet with a timer may leave."""
        return self.settle / 4

    def checked(self) -> Terms:
        """These terms, if they hold together.

        Raises:
            ValueError: they do not, with the reason.
        """
        if self.renew <= 0:
            raise ValueError("`lease_renew` has to be above 0")
        if self.deadline <= self.renew * _JITTER + self.answer:
            least = self.renew * _JITTER + self.answer
            raise ValueError(f"`lease_deadline` has to be above {least:g}: one renewal ({_JITTER:g} × `lease_renew`) and its answer")
        if self.duration < self.deadline + 2 * _TIMER:
            raise ValueError(
                f"`lease_duration` has to be at least {2 * _TIMER:g} above `lease_deadline`: the connections are cut halfway, "
                "and Telegram's timer for that counts whole seconds"
            )
        return self


class Tenure:
    """What a holder may believe of its lease, by its own clock alone."""

    def __init__(self, terms: Terms, since: float) -> None:
        self.terms = terms
        self.since = since
        """When the last good renewal was asked for."""

    def renewed(self, began: float) -> None:
        """A renewal that was asked for at *began* was good."""
        self.since = max(self.since, began)

    def age(self, now: float) -> float:
        """How old the last good renewal is."""
        return now - self.since

    def is_good(self, now: float) -> bool:
        """Whether nothing has to be done yet."""
        return self.age(now) < self.terms.deadline

    def is_open(self, now: float) -> bool:
        """Whether anything may still be sent to Telegram."""
        return self.age(now) < self.terms.cut

    def timer(self, now: float) -> int:
        """The delay that Telegram's timer is to be given now: whole seconds, never beyond the cut; 0 if it is too late."""
        return max(0, floor(self.terms.cut - self.age(now)))


def clock() -> float:
    """Seconds that go on while the machine is suspended, where the system has such a clock."""
    return time.clock_gettime(_SUSPENDED_TOO) if _SUSPENDED_TOO is not None else time.monotonic()


_SUSPENDED_TOO: int | None = getattr(time, "CLOCK_BOOTTIME", None)
