"""What a forked child does with what it inherited: nothing, so that its parent keeps the session alone."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """Something that a child must let go of."""

    def after_fork_in_child(self) -> None:
        """Let go, without a word to the outside: the parent is still using it."""


_living: WeakSet[Forkable] = WeakSet()


def watch(one: Forkable) -> None:
    """Tell *one* when it finds itself in a forked child."""
    _living.add(one)


def silence(descriptor: int) -> None:
    """Make *descriptor* lead nowhere, so that this process holds the connection or the lock no longer.

    It stays open, or its number would be given to the next file, and whoever still has the old object would close that.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        os.dup2(nowhere, descriptor, inheritable=False)
    finally:
        os.close(nowhere)


def keep_for_ever(one: object) -> None:
    """Never let *one* be cleared away in this process, not even as the interpreter ends.

    A child that closes an inherited SQLite connection would roll back its parent's transaction in the file.
    Source: sqlite.org/howtocorrupt.html, 2.6.
    """
    if one is not None:
        import ctypes

        ctypes.pythonapi.Py_IncRef(ctypes.py_object(one))


def _after_fork_in_child() -> None:
    for one in list(_living):
        try:
            one.after_fork_in_child()
        except Exception:  # noqa: S110 - nobody in a child waits for an answer; the next one must have its turn
            pass
    _living.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
