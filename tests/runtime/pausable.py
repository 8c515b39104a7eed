"""A server that a test lets hang for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Pausable:
    """What can be stopped so that it answers nobody, and go on."""

    def hang(self) -> None:
        """Stop it, so that it answers nobody."""
        raise NotImplementedError

    def go_on(self) -> None:
        """Let it go on."""
        raise NotImplementedError

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While it hangs: connections are accepted by the kernel, and nobody answers."""
        self.hang()
        try:
            yield
        finally:
            self.go_on()
