"""What a forked child does with what it inherited: nothing, so that its parent keeps the session alone."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress
from typing import Any, Protocol
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


def part(loop: Any) -> None:
    """Give an inherited event loop a selector and a wake-up call of its own.

    Both are shared with the parent after a fork: a child that closes the loop, if only by ending, would unsubscribe the
    parent from its own wake-up call, and whatever a thread hands to the parent's loop would lie there.
    """
    selector = getattr(getattr(loop, "_selector", None), "_selector", None)
    if not hasattr(select, "epoll") or not isinstance(selector, select.epoll):
        return  # kqueue is not inherited; other loops keep this to themselves
    with suppress(OSError, AttributeError), select.epoll() as own:
        os.dup2(own.fileno(), selector.fileno(), inheritable=False)
        for end, theirs in zip(socket.socketpair(), (loop._ssock, loop._csock), strict=True):  # noqa: SLF001 - no public name
            with end:
                end.setblocking(False)
                os.dup2(end.fileno(), theirs.fileno(), inheritable=False)
        selector.register(loop._ssock.fileno(), select.EPOLLIN)  # noqa: SLF001


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
