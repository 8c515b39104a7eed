"""Processes of this machine that take each other for those of different ones."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from tgsession_runtime import holder


def live_on(machine: str) -> None:
    """From now on this process says that it runs on *machine*: nobody elsewhere can look whether it lives."""
    here = holder._process.__wrapped__
    holder._process = lru_cache(maxsize=1)(lambda pid: replace(here(pid), boot_id=machine))
