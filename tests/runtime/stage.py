"""Where scenes are played, as a test drives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.runtime.commands import CHECKOUT, environment


class Stage:
    """The processes of scenes, as a test drives them."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.play"], cwd=CHECKOUT, env=environment(folder), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.playing = 0
        assert self.line() == "ready"

    def play(self, name: str, *arguments: Any, **more: Any) -> int:
        """Begin a scene; the pid of its process."""
        self.stop()
        request = {"scene": name, "arguments": arguments, "state": os.environ["TGSESSION_STATE_DIR"], **more}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request, default=str) + "\n")
        self._process.stdin.flush()
        self.playing = int(self.until("pid ").removeprefix("pid "))
        return self.playing

    def stop(self) -> None:
        """End the scene that a failed test has left."""
        if self.playing:
            with suppress(OSError):
                os.kill(self.playing, signal.SIGKILL)
            self.status()

    def line(self) -> str:
        """What is said next."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the stage is gone"
        return line.strip()

    def until(self, beginning: str) -> str:
        """The next line that begins so."""
        said = []
        while not (line := self.line()).startswith(beginning):
            said.append(line)
            if line.startswith("ended"):
                self.playing = 0
                raise AssertionError(said)
        return line

    def status(self) -> int:
        """How the scene ended."""
        self.playing = 0
        while not (line := self.line()).startswith("ended "):
            pass
        return int(line.removeprefix("ended "))

    def close(self) -> str:
        """End it; what went to standard error."""
        return self._process.communicate()[1]
