"""Processes of this machine that take each other for those of different ones."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from tgsession_runtime import holder

# The block ends when its lease was not renewed for 1.5 s, the connection is cut at 2.5 s, others get in after 4.5 s.
SHORT_LEASE = {
    "TGSESSION_LEASE_DURATION": "3.5", "TGSESSION_LEASE_RENEW": "0.3", "TGSESSION_LEASE_DEADLINE": "1.5", "TGSESSION_LEASE_SETTLE": "1",
}  # fmt: skip
WINDOW = 4.5


def live_on(machine: str) -> None:
    """From now on this process says that it runs on *machine*: nobody elsewhere can look whether it lives."""
    here = holder._process.__wrapped__
    holder._process = lru_cache(maxsize=1)(lambda pid: replace(here(pid), boot_id=machine))
