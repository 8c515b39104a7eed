"""What this process holds, so that it never waits for itself, and what its parent held when it forked."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tgsession_runtime.errors import SessionHeldHereError
from tgsession_runtime.records import is_free, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from tgsession_runtime.holder import Holder
    from tgsession_runtime.session import SessionName


class Here:
    """The locks that claims of this process have, and those of the process that it was forked from.

    Without a mutex, which in a forked child could have been taken by a thread that is not there: each step on a dictionary is
    whole by itself.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[Path, str], Holder] = {}
        """By lock and by the token of the claim: several may share a lock."""
        self._inherited: dict[Path, Holder] = {}

    def add(self, path: Path, holder: Holder) -> None:
        """*holder* has the lock at *path*."""
        self._held[path, holder.token] = holder

    def forget(self, path: Path, holder: Holder) -> None:
        """*holder* is giving the lock at *path* back."""
        self._held.pop((path, holder.token), None)

    def inherit(self) -> None:
        """Note, in a forked child, that what is held here is the parent's."""
        self._inherited.update({path: holder for (path, _), holder in self._held.items()})
        self._held.clear()

    def refuse(self, name: SessionName, path: Path, asking: Holder) -> None:
        """Raise if the lock at *path* will not come free before *asking* does something about it.

        Raises:
            SessionHeldHereError: this process has it, or the one that it was forked from.
        """
        for (held, _), holder in self._held.copy().items():
            if held == path and not (asking.shared and holder.shared):
                raise SessionHeldHereError(name.label, [holder])
        parent = self._inherited.get(path)
        if parent is not None:
            if parent.token in _still(path):
                raise SessionHeldHereError(name.label, [parent], f"the process that this one was forked from, {parent}")
            self._inherited.pop(path, None)


def _still(path: Path) -> set[str]:
    """The tokens in the record of the lock at *path*, while it is held."""
    with suppress(OSError):
        if not is_free(path):
            return {one.token for one in recorded(path)}
    return set()


here = Here()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=here.inherit)
