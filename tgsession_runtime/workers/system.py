"""What can be asked of the running processes, whatever the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence
    from datetime import datetime

# What Linux distributions give to people's accounts begins here; below it stand the system's own.
_FIRST_PERSON = 1000
_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Facts:
    """What everybody may know about a process."""

    parent: int
    started: str
    since: datetime | None
    uid: int | None
    user: str
    groups: frozenset[int] = frozenset()
    inner_pid: int = 0
    """Its pid as it sees it itself, inside a container too."""


class System(Protocol):
    """The running processes; all of it is read without stopping or changing any."""

    def command_lines(self, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The processes whose command line contains *wanted*, and its words."""

    def words(self, pid: int) -> tuple[str, ...]:
        """The command line of process *pid*; nothing if it is gone or hidden."""

    def facts(self, pid: int) -> Facts | None:
        """What is known about process *pid*; None if it is gone."""

    def folder(self, pid: int) -> str:
        """Its working folder as a path that may be passed to `os.stat`, whatever mount namespace it lives in.

        Raises:
            PermissionError: this user may not look into it.
        """

    def shown_folder(self, pid: int) -> str | None:
        """Its working folder as it is called, for people."""

    def open_files(self, pid: int) -> Iterator[str]:
        """Its open files, each as its path.

        Raises:
            PermissionError: this user may not look into it.
        """

    def has_open(self, pid: int, files: frozenset[tuple[int, int]]) -> bool:
        """Whether it has one of *files* open, each given as device and inode.

        Raises:
            PermissionError: this user may not look into it.
        """

    def pids(self) -> Sequence[int]:
        """All processes that are shown to this user."""

    def hides_others(self) -> bool:
        """Whether processes of other users are not shown at all."""


def is_of_system(uid: int | None) -> bool:
    """Whether an account is root's or a service's: those count only where they look like workers or Python."""
    return uid is not None and (uid < _FIRST_PERSON or uid == _NOBODY)
