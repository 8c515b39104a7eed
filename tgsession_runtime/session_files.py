"""The session files of a project, and what can be said of one from outside: its mode, its file system, its layout."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import sys
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tgsession_runtime.errors import NotASessionError, SessionUnreadableError
from tgsession_runtime.session import NEWEST_SCHEMA, SUFFIX, read, sqlite_uri

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED = frozenset({".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__", "site-packages"})
# Their locks are kept by another machine, or not at all; filelock's own CI sees NFS clients exclude nobody.
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "virtiofs"})
_DEEPEST = 8
UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.new(?:\.session)?")
"""What a command calls a file that it makes, until that is whole and takes its own name; one that was killed leaves it so."""


def find(folder: Path) -> Iterator[Path]:
    """The session files of Telethon's below *folder*, not those of tools and environments."""
    for root, folders, files in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if name not in _SKIPPED) if depth < _DEEPEST else []
        for name in sorted(files):
            path = Path(root, name)
            if name.endswith(SUFFIX) and not UNFINISHED.fullmatch(name) and is_session(path):
                yield path


def is_session(path: Path) -> bool:
    """Whether *path* is a session file of Telethon's, also one that is damaged or from a newer Telethon."""
    try:
        read(path)
    except NotASessionError:
        return False
    except SessionUnreadableError:
        return True
    return path.is_file()


def data_centre(path: Path) -> tuple[int, str, int] | None:
    """Where the account's data are, as the session file *path* says: number, address, port. To begin there saves being sent on."""
    with suppress(sqlite3.Error, SessionUnreadableError):
        read(path)
        with closing(sqlite3.connect(sqlite_uri(path), uri=True)) as database:
            row = database.execute("select dc_id, server_address, port from sessions").fetchone()
        return (int(row[0]), str(row[1]), int(row[2])) if row and row[1] else None
    return None


def damage(path: Path) -> str:
    """What SQLite finds wrong with the file; empty if nothing. Takes 1 ms for 10 MB."""
    try:
        connection = sqlite3.connect(sqlite_uri(path), uri=True, timeout=1.0)
        try:
            found = connection.execute("pragma quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return ""  # in use, or a journal that its next user rolls back: neither is damage
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if not found or found[0] == "ok" else str(found[0])


def mode_of(path: Path) -> int:
    """The permission bits of *path*; 0 where there are none to speak of."""
    if sys.platform == "win32":
        return 0
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def network_file_system(path: Path) -> str:
    """The type of the network file system that *path* is on; empty if it is on none that is known to be one."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    best, kind = "", ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = left.split(" ")[4].replace("\\040", " ")
        inside = str(path) == point or str(path).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split(" ")[0]
    return kind if kind in _NETWORK else ""


@lru_cache(maxsize=1)
def newest_schema() -> int:
    """The newest layout that the installed Telethon can read, read from its source: importing it takes 0.2 s."""
    from importlib.util import find_spec

    try:
        spec = find_spec("telethon")
        source = Path(spec.origin).parent / "sessions" / "sqlite.py" if spec and spec.origin else None
        found = re.search(r"^CURRENT_VERSION\s*=\s*(\d+)", source.read_text("utf-8"), re.MULTILINE) if source else None
    except (OSError, ValueError, ImportError):
        found = None
    return int(found[1]) if found else NEWEST_SCHEMA
