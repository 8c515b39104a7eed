"""Work that recurses in native code, which takes the process with it where its stack ends."""

from __future__ import annotations

import sys
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

_SIZE = 64 << 20  # bytes
# The first thread's stack grows up to the limit of the moment on Linux (setrlimit(2)). From 3.14 on Python keeps to the
# stack that it found when it started, and ends the process below it.
_GROWS = sys.platform == "linux" and sys.version_info < (3, 14)
_ours = False


def own_process() -> None:
    """Say that this process is the command's own, and this its first thread: its limits are ours to set."""
    global _ours  # noqa: PLW0603 - it is said of the process
    _ours = True


def on_a_deep_stack(work: Callable[[], T]) -> T | None:
    """What *work* gives on a stack of 64 MiB; None if it was ended from outside.

    A thread of its own costs more than a millisecond a time, so that the command does it where it is.
    """
    _keep_freed_memory()
    return work() if _ours and _is_raised() else _in_a_thread(work)


@cache
def _is_raised() -> bool:
    """Whether the first thread has so much stack; raises its limit if it may."""
    if not _GROWS:
        return False
    import resource

    limit, most = resource.getrlimit(resource.RLIMIT_STACK)
    if limit == resource.RLIM_INFINITY or limit >= _SIZE:
        return True
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (_SIZE, most))
    except (ValueError, OSError):
        return False
    return True


@cache
def _keep_freed_memory() -> None:
    """Let what the parser frees be there for the next file.

    glibc gives it back to the system with each thread that ends, and asks for it anew: a fifth of the parse. Freeing one
    large block, which is never touched, tells it to keep that much (mallopt(3), `M_MMAP_THRESHOLD`).
    """
    bytes(30 << 20)


def _in_a_thread(work: Callable[[], T]) -> T | None:
    import threading

    found: list[T] = []
    before = threading.stack_size(_SIZE)
    try:
        thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
        thread.start()
    except (RuntimeError, MemoryError):
        return work()
    finally:
        threading.stack_size(before)
    thread.join()
    return found[0] if found else None
