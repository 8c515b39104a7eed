"""`tgsession-guard` as it is used: processes of its own in folders of their own."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
GUARD = (sys.executable, "-m", "tgsession_runtime")
DEADLINE = 60.0  # seconds, for whatever has to happen at all

# What it is told by signals it tells its output, each in a line. SIGUSR2 makes it end with status 5.
LISTENER = """
import os, signal, sys
def tell(text):
    os.write(1, (text + "\\n").encode())
for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1"):
    if signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
        signal.signal(getattr(signal, name), lambda number, frame: tell(signal.Signals(number).name))
signal.signal(signal.SIGUSR2, lambda number, frame: os._exit(5))
signal.alarm(60)
tell("ready " + str(os.getpid()))
while True:
    signal.pause()
"""
# Says that it holds a session, the one in its argument, until it is told to end.
HOLD = """
import asyncio, sys
from tgsession_runtime import guarded_client
async def main():
    async with guarded_client(sys.argv[1], 1, "0" * 32):
        print("ready", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


def environment(folder: Path, **more: str) -> dict[str, str]:
    """That of the tests, with a state folder in *folder* and no settings but *more*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TGSESSION_")}
    return {**kept, "PYTHONPATH": str(CHECKOUT), "TGSESSION_STATE_DIR": str(folder / "state"), **more}


def guard(folder: Path, *arguments: str, given: bytes = b"", **variables: str) -> Done:
    """Run the command to its end."""
    done = subprocess.run(
        [*GUARD, *arguments], cwd=folder, env=environment(folder, **variables), input=given, capture_output=True, timeout=DEADLINE,
        check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def typed(folder: Path, arguments: Sequence[str], *answers: tuple[str, str], **variables: str) -> Done:
    """Run the command on a terminal, typing each answer when its question has come; both of its outputs are `out`."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(sys.executable, [*GUARD, *arguments], environment(folder, **variables))
    shown, seen, left, deadline = b"", 0, list(answers), time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # its other end is closed
            break
        if left and left[0][0].encode() in shown[seen:]:
            seen = len(shown)
            os.write(terminal, left.pop(0)[1].encode() + b"\n")
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return Done(status, shown.decode().replace("\r", ""), "")


class Started:
    """A command that runs; its output is read line by line. Whatever is left of it is killed in the end."""

    def __init__(self, folder: Path, arguments: Sequence[str], *, program: Sequence[str] = GUARD, **options: Any) -> None:
        variables = options.pop("variables", {})
        defaults: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(
            [*program, *arguments], cwd=folder, env=environment(folder, **variables), **{**defaults, **options}
        )
        self.child = 0
        # A read that would wait for ever ends with the process.
        self._watchdog = threading.Timer(DEADLINE, self.kill)
        self._watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        self.kill()
        self.process.wait(DEADLINE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def kill(self) -> None:
        """Kill the wrapper and its program."""
        if self.child:
            with suppress(OSError):
                os.kill(self.child, signal.SIGKILL)
        self.process.kill()

    def line(self) -> str:
        """The next line of its output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()

    def ready(self) -> Started:
        """Wait until the listener listens, and note its pid."""
        said = self.line()
        if not said.startswith("ready "):
            errors = self.errors()
            self.__exit__()
            raise AssertionError(said + errors)
        self.child = int(said.removeprefix("ready "))
        return self

    def said(self) -> bool:
        """Whether it has written anything that is not read yet."""
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def signal(self, number: int) -> None:
        """Send a signal to the wrapper alone."""
        self.process.send_signal(number)

    def status(self) -> int:
        """Wait for its end."""
        return self.process.wait(DEADLINE)

    def errors(self) -> str:
        """What it wrote to standard error, all of it: waits for the end."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()


def listener(*arguments: str) -> list[str]:
    """How to start the listener."""
    return [sys.executable, "-c", LISTENER, *arguments]


def running(folder: Path, code: str, *arguments: object, says: str = "ready") -> Started:
    """A Python program that has said so."""
    started = Started(folder, ["-c", code, *map(str, arguments)], program=(sys.executable,))
    if (said := started.line()) != says:
        errors = started.errors()
        started.__exit__()
        raise AssertionError(said + errors)
    return started
