"""A bell that one thread rings and an event loop, or another thread, waits for: a pipe."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

from tgsession_runtime import forks


class Bell:
    """Silent until rung, and again once it is heard."""

    def __init__(self) -> None:
        self._hear, self._ring = (-1, -1) if sys.platform == "win32" else os.pipe()
        self._mutex = threading.Lock()
        if self._hear >= 0:
            os.set_blocking(self._hear, False)

    @property
    def descriptor(self) -> int | None:
        """Readable while it rings; None where pipes cannot be waited for."""
        return self._hear if self._hear >= 0 else None

    def ring(self) -> None:
        """Wake whoever waits; nothing once it is closed."""
        with self._mutex:
            if self._ring >= 0:
                os.write(self._ring, b".")

    def hear(self) -> None:
        """Silence it until it is rung again."""
        if self._hear >= 0:
            with suppress(BlockingIOError):
                os.read(self._hear, 4096)

    def close(self) -> None:
        """Give up its descriptors."""
        with self._mutex:
            for descriptor in (self._hear, self._ring):
                if descriptor >= 0:
                    os.close(descriptor)
            self._hear = self._ring = -1

    def after_fork_in_child(self) -> None:
        """The pipe is the parent's."""
        for descriptor in (self._hear, self._ring):
            if descriptor >= 0:
                forks.silence(descriptor)
