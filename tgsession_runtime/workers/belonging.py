"""Whether a worker is of this project: by its working folder, its app's module, its open files, or the configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from tgsession_runtime.workers.celery_words import Match
    from tgsession_runtime.workers.system import System

# Deeper folders are loops that a broken file system made.
_DEEPEST = 128


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder, and the apps and nodes that its configuration calls its own."""

    root: Path
    names: Collection[str] = ()

    def reason(self, match: Match, pids: Iterable[int], system: System) -> str | None:
        """Why the worker with these *pids* is of this project; None if it is not.

        Raises:
            PermissionError: it would take a look into the worker that this user may not have.
        """
        if match.node in self.names:
            return "configuration"
        main, *pool = pids
        named = match.app is not None and bool({match.app, match.app.partition(":")[0]} & {*self.names})
        try:
            folder = system.folder(main)
        except PermissionError:
            if named:
                return "configuration"
            raise
        if self._holds(folder):
            return "working folder"
        if match.app and named and not self._is_anothers(match.app, folder):
            return "configuration"
        if match.app and self._has_module(match.app, folder):
            return "app module"
        return "open files" if any(self._has_open(pid, system) for pid in (main, *pool)) else None

    def _holds(self, folder: str) -> bool:
        """Whether *folder* is the project's or lies in it; by inode, so that bind mounts and containers do not matter."""
        root = _identity(str(self.root))
        here = _identity(folder)
        for _ in range(_DEEPEST):
            if here is None or here == root:
                return here is not None
            folder += "/.."
            below, here = here, _identity(folder)
            if here == below:
                return False
        return False

    def _has_module(self, app: str, folder: str) -> bool:
        """Whether *app* is a module of the project: the one in *folder* comes first, as it does for Celery."""
        name = app.partition(":")[0].partition(".")[0]
        own = [_identity(str(self.root / place / end)) for place in ("", "src") for end in (name, f"{name}.py")]
        for near in (f"{folder}/{name}", f"{folder}/{name}.py"):
            if found := _identity(near):
                return found in own
        return any(own)

    def _is_anothers(self, app: str, folder: str) -> bool:
        """Whether *app* is the module of another checkout, which happens to have the same name: its workers are not ours to stop.

        In a container it may be a copy of ours, and then the name decides.
        """
        name = app.partition(":")[0].partition(".")[0]
        found = any(_identity(f"{folder}/{name}{end}") for end in ("", ".py"))
        mounts = _identity(f"{os.path.dirname(folder)}/ns/mnt")
        return found and not self._has_module(app, folder) and mounts in {None, _identity("/proc/self/ns/mnt")}

    def _has_open(self, pid: int, system: System) -> bool:
        inside = os.path.join(os.path.realpath(self.root), "")
        try:
            return any(path.startswith(inside) for path in system.open_files(pid))
        except FileNotFoundError:  # it has ended
            return False


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
