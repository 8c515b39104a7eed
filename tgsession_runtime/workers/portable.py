"""Processes as psutil shows them: macOS, Windows, the BSDs."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import psutil

from tgsession_runtime.workers.system import Facts

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator


class Portable:
    """The processes that psutil lists."""

    def pids(self) -> list[int]:
        return psutil.pids()

    def command_lines(self, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, tuple[str, ...]]]:
        for pid in self.pids():
            words = self.words(pid)
            if wanted.search(os.fsencode("\0".join(words))):
                yield pid, words

    def words(self, pid: int) -> tuple[str, ...]:
        try:
            words = psutil.Process(pid).cmdline()
        except (psutil.Error, OSError):
            return ()
        return tuple("\0".join(words).rstrip("\0").split("\0")) if words else ()

    def facts(self, pid: int) -> Facts | None:
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                if process.status() == psutil.STATUS_ZOMBIE:
                    return None
                created = process.create_time()
                return Facts(
                    parent=process.ppid(), started=str(created), since=datetime.fromtimestamp(created, timezone.utc),
                    uid=process.uids().effective if hasattr(process, "uids") else None, user=_user(process),
                    groups=frozenset(process.gids()) if hasattr(process, "gids") else frozenset(), inner_pid=pid,
                )  # fmt: skip
        except (psutil.Error, OSError):
            return None

    def folder(self, pid: int) -> str:
        try:
            return psutil.Process(pid).cwd()
        except psutil.AccessDenied as error:
            raise PermissionError(str(error)) from error
        except psutil.Error as error:
            raise FileNotFoundError(str(error)) from error

    def shown_folder(self, pid: int) -> str | None:
        try:
            return self.folder(pid)
        except OSError:
            return None

    def open_files(self, pid: int) -> Iterator[str]:
        try:
            yield from (file.path for file in psutil.Process(pid).open_files())
        except psutil.AccessDenied as error:
            raise PermissionError(str(error)) from error
        except psutil.Error as error:
            raise FileNotFoundError(str(error)) from error

    def has_open(self, pid: int, files: frozenset[tuple[int, int]]) -> bool:
        return any(identity(path) in files for path in self.open_files(pid))

    def hides_others(self) -> bool:
        return False


def identity(path: str) -> tuple[int, int] | None:
    """Device and inode of a file; None if it is gone."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _user(process: psutil.Process) -> str:
    try:
        return process.username()
    except (psutil.Error, KeyError):
        return "?"
