"""What the system says of a process: when it started, what it descends from, and for whom its pid means something.

On Linux without psutil: fifty waiters that each import it would cost more than all their waits.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import Literal


def started_at(pid: int) -> str | None:
    """When process *pid* started, in the system's own count; None if there is no such process."""
    if sys.platform == "linux":
        # A zombie holds nothing.
        found = _stat(pid)
        return None if found is None or found[0] in {b"Z", b"X"} else found[19].decode()
    import psutil

    try:
        return str(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def may_have_files_open(pid: int, started: str) -> bool:
    """Whether process *pid*, if it is still the one that *started* then, may have files and connections open.

    A killed process closes them one by one, and is a zombie only afterwards: its main thread alone, if it has others.
    """
    if sys.platform != "linux":
        return started_at(pid) == started
    found = _stat(pid)
    if found is None or found[19].decode() != started:
        return False
    return found[0] not in {b"Z", b"X"} or int(found[17]) > 1


@lru_cache(maxsize=1)
def ancestry(pid: int) -> frozenset[tuple[int, str]]:
    """*pid* and the processes that it descends from, with when each started; nobody becomes one later."""
    if sys.platform != "linux":
        import psutil

        try:
            line = [pid, *(one.pid for one in psutil.Process(pid).parents())]
        except psutil.Error:
            line = [pid, os.getppid()]
        return frozenset((one, started_at(one) or "") for one in line)
    found: set[tuple[int, str]] = set()
    while pid and (stat := _stat(pid)) is not None:
        found.add((pid, stat[19].decode()))
        pid = int(stat[1])
    return frozenset(found)


def pid_namespace(pid: int | Literal["self"]) -> str:
    """The pid namespace of process *pid*; empty where there are none, or where this user may not ask.

    For the calling process `self`: where /proc is another namespace's, its own pid names somebody else there.
    """
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def boot_id() -> str:
    """What names this run of the system."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        import psutil

        return str(int(psutil.boot_time()))


def _stat(pid: int) -> list[bytes] | None:
    """What Linux says of process *pid*, from its state on: the field numbers of proc(5) less 3."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The command stands in parentheses and may hold anything, parentheses too.
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return None
