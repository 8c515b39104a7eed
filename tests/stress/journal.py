"""What many processes saw, in one file that outlives each of them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """A file of lines, each written whole by one call: a process killed in mid-write spoils nobody else's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, what: str, **fields: Any) -> None:
        """Write a line: what happened, to which process, when by the clock that all processes of a host share."""
        line = {"what": what, "pid": os.getpid(), "at": time.monotonic(), **fields}
        os.write(self._descriptor, json.dumps(line).encode() + b"\n")

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line so far, in the order in which they were written."""
        for line in self.path.read_bytes().splitlines():
            yield json.loads(line)
