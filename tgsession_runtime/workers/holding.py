"""Which processes have a session file open: by device and inode, so that copies, links and mounts do not matter."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tgsession_runtime.workers.find import HIDDEN
from tgsession_runtime.workers.platforms import this_system
from tgsession_runtime.workers.program import is_python, shown
from tgsession_runtime.workers.runners import recognise
from tgsession_runtime.workers.system import Facts, System, is_of_system
from tgsession_runtime.workers.values import Holding, Process, Uninspectable

if TYPE_CHECKING:
    from pathlib import Path

# SQLite's companions of a database file; `-shm` is never open without `-wal`.
_COMPANIONS = ("", "-journal", "-wal")


def holding_open(path: Path, *, system: System | None = None) -> Holding:
    """The processes that have the session file *path*, its journal or its write-ahead log open, the calling one too.

    The file itself is never opened: closing it again would drop the locks that SQLite holds in this process.
    Takes some 40 ms beside 500 processes with 20 open files each.
    """
    system = system or this_system()
    try:
        found = [one for end in _COMPANIONS if (one := _stat(f"{path}{end}"))]
    except PermissionError:
        return Holding(uninspectable=(Uninspectable(None, "the session file lies where this user may not look"),))
    if not found:
        return Holding()
    files = frozenset((one.st_dev, one.st_ino) for one in found)
    holders: list[Process] = []
    closed = [HIDDEN] if system.hides_others() else []
    for pid in system.pids():
        try:
            if system.has_open(pid, files) and (facts := system.facts(pid)):
                holders.append(_process(pid, system.words(pid), facts))
        except PermissionError:
            if suspect := _suspect(pid, found[0], system):
                closed.append(Uninspectable(suspect, "it could have the file open; only its user and root may see"))
        except OSError:  # it has ended in the meantime
            continue
    return Holding(tuple(holders), tuple(closed))


def _suspect(pid: int, file: os.stat_result, system: System) -> Process | None:
    """The process if it could use the session: the system's own count only where they look like workers or Python."""
    facts, words = system.facts(pid), system.words(pid)
    if facts is None or not words or not _may_read(file, facts):
        return None
    if is_of_system(facts.uid) and not is_python(words) and recognise(words) is None:
        return None
    return _process(pid, words, facts)


def _may_read(file: os.stat_result, facts: Facts) -> bool:
    """Whether the file's mode lets that user read it; root reads everything."""
    if facts.uid in {0, None, file.st_uid}:
        return True
    return bool(file.st_mode & (stat.S_IRGRP if file.st_gid in facts.groups else stat.S_IROTH))


def _process(pid: int, words: tuple[str, ...], facts: Facts) -> Process:
    return Process(pid, facts.started, facts.since, facts.user, shown(words))


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except PermissionError:
        raise
    except OSError:  # not there, or nowhere that a name can lead: too long, a link to itself
        return None
