"""The folder where one user's programs meet: locks by auth key id, waiting lines, records of dead keys."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from tgsession_runtime.errors import StateFolderError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "TGSESSION_STATE_DIR"
_NAME = "tgsession-guard"


@dataclass(frozen=True, slots=True)
class State:
    """The state folder and the places in it."""

    root: Path

    def key_lock(self, key_id: str) -> Path:
        """The lock of an auth key: what catches copies of a file and session strings."""
        return self._folder("locks") / f"{key_id}.lock"

    def tombstone(self, key_id: str) -> Path:
        """Where it is written that an auth key is dead."""
        return self._folder("tombstones") / f"{key_id}.json"

    def waiting(self, lock: Path) -> Path:
        """The line of those who wait for *lock*."""
        return self._folder("waiting", _digest(lock))

    def sharing(self, lock: Path) -> Path:
        """The records of those who hold *lock* together."""
        return self._folder("sharing", _digest(lock))

    def recovery(self, session: Path) -> Path:
        """Where a recovery of *session* notes what it cannot see afterwards."""
        return self._folder("recovery") / f"{_digest(session)}.json"

    def floods(self) -> Path:
        """Until when Telegram wants to be left alone about an account."""
        return self._folder("floods")

    def workers(self) -> Path:
        """The records of workers that use the guard."""
        return self._folder("workers")

    def _folder(self, *names: str) -> Path:
        # As text: asked eight times for one guarded block, and paths cost ten times as much as the look itself.
        folder = os.path.join(self.root, *names)
        try:
            if not os.path.isdir(folder):
                self.root.parent.mkdir(parents=True, exist_ok=True)
                for one in (self.root, *(self.root.joinpath(*names[:depth]) for depth in range(1, len(names) + 1))):
                    _make(one)
        except OSError as error:
            raise StateFolderError(folder, error.strerror or str(error)) from error
        return Path(folder)


def _make(folder: Path) -> None:
    """Make *folder*, into which only the user may look: file names are auth key ids, records name commands."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        folder.chmod(0o700)  # a umask of 0177, which services are hardened with, would keep the user out too


def state_of(environ: Mapping[str, str]) -> State:
    """The state folder that *environ* names, else the platform's for this user."""
    given = environ.get(VARIABLE)
    return State(Path(given).expanduser().absolute() if given else _platform_folder(environ))


def _platform_folder(environ: Mapping[str, str]) -> Path:
    """Source: XDG Base Directory Specification; Apple's and Microsoft's folders for application data."""
    try:
        home = Path.home()
    except RuntimeError as error:
        raise StateFolderError("~", "this user has no home folder") from error
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / _NAME
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / _NAME
    named = environ.get("XDG_STATE_HOME", "")
    return (Path(named) if os.path.isabs(named) else home / ".local" / "state") / _NAME


def _digest(path: Path) -> str:
    return blake2b(os.fsencode(path), digest_size=12).hexdigest()
