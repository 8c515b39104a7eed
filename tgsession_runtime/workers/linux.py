"""Processes as Linux shows them in /proc: a handful of system calls each, and no library to load."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING

from tgsession_runtime.workers.system import Facts

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

# Command lines are longer only where secrets or file lists are passed; workers say what they are at the start.
_MOST = 16384


class Linux:
    """The processes below *root*, which is laid out as proc(5) says."""

    def __init__(self, root: str = "/proc") -> None:
        self._root = root

    def pids(self) -> list[int]:
        return [int(name) for name in os.listdir(self._root) if name.isdecimal()]

    def command_lines(self, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, tuple[str, ...]]]:
        # The hot loop: everything else is done for the few processes that it lets through.
        for name in os.listdir(self._root):
            if name.isdecimal():
                data = _read(f"{self._root}/{name}/cmdline")
                if wanted.search(data):
                    yield int(name), _words(data)

    def words(self, pid: int) -> tuple[str, ...]:
        return _words(_read(f"{self._root}/{pid}/cmdline"))

    def facts(self, pid: int) -> Facts | None:
        # The command stands in parentheses and may hold anything, parentheses too.
        stat = _read(f"{self._root}/{pid}/stat").rpartition(b")")[2].split()
        if len(stat) < 20 or stat[0] in {b"Z", b"X"}:
            return None
        status = _status(_read(f"{self._root}/{pid}/status"))
        uid = next(map(int, status.get("Uid", "").split()[1:]), None)  # real, effective, saved, of the file system
        return Facts(
            parent=int(stat[1]), started=stat[19].decode(), since=self._time(int(stat[19])), uid=uid, user=_user(uid),
            groups=frozenset(map(int, f"{status.get('Gid', '')} {status.get('Groups', '')}".split())),
            inner_pid=int(status.get("NSpid", str(pid)).split()[-1]),
        )  # fmt: skip

    def folder(self, pid: int) -> str:
        path = f"{self._root}/{pid}/cwd"
        os.stat(path)
        return path

    def shown_folder(self, pid: int) -> str | None:
        try:
            return os.readlink(f"{self._root}/{pid}/cwd")
        except OSError:
            return None

    def open_files(self, pid: int) -> Iterator[str]:
        folder = f"{self._root}/{pid}/fd"
        for name in os.listdir(folder):
            try:
                path = os.readlink(f"{folder}/{name}")
                # In another mount namespace the same path may lead elsewhere.
                if path.startswith("/") and os.path.samestat(os.stat(path), os.stat(f"{folder}/{name}")):
                    yield path
            except OSError:  # closed in between, or deleted
                continue

    def has_open(self, pid: int, files: frozenset[tuple[int, int]]) -> bool:
        # By descriptor: neither the name nor the device in /proc/PID/maps is right on overlayfs and btrfs.
        folder = os.open(f"{self._root}/{pid}/fd", os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in os.listdir(folder):
                try:
                    found = os.stat(name, dir_fd=folder)
                except OSError:  # closed in between
                    continue
                if (found.st_dev, found.st_ino) in files:
                    return True
            return False
        finally:
            os.close(folder)

    def hides_others(self) -> bool:
        """Source: proc(5), the mount option `hidepid`: 1 hides the insides, 2 and `ptraceable` hide all of it."""
        if os.geteuid() == 0:
            return False
        mounts = _read(f"{self._root}/self/mountinfo", 1 << 20).decode(errors="replace").splitlines()
        options = next((line.rpartition(" ")[2] for line in mounts if line.split()[4:5] == [self._root]), "")
        # The kernel says `hidepid=invisible` since 5.8 and `hidepid=2` before.
        return "hidepid=" in options and "hidepid=0" not in options and "hidepid=off" not in options

    @cached_property
    def _boot(self) -> int:
        lines = _read(f"{self._root}/stat", 1 << 20).splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(b"btime ")), 0)

    def _time(self, ticks: int) -> datetime | None:
        if not self._boot:
            return None
        return datetime.fromtimestamp(self._boot + ticks / os.sysconf("SC_CLK_TCK"), timezone.utc)


def _read(path: str, most: int = _MOST) -> bytes:
    """The beginning of a file; nothing if the process has gone or is hidden."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(file, most)
    except OSError:
        return b""
    finally:
        os.close(file)


def _words(data: bytes) -> tuple[str, ...]:
    """A title that a process gave itself leaves empty words behind."""
    return tuple(os.fsdecode(data).rstrip("\0").split("\0")) if data else ()


def _status(data: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in data.decode(errors="replace").splitlines())
    return {name: value.strip() for name, _, value in pairs}


def _user(uid: int | None) -> str:
    import pwd

    if uid is None:
        return "?"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a user of a container
        return str(uid)
