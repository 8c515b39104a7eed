"""The server in a process of its own: for tests with many processes, and for measurements."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from .control import Controls, decode, encode
from .rsa_key import trust

ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 30.0  # seconds for any control, and for the start


@contextmanager
def spawned(**options: Any) -> Iterator[Controls]:
    """A running server process, with the options of `python -m tests.telegram`; it ends with its caller, however that ends."""
    trust()
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value is not None]
    command = [sys.executable, "-m", "tests.telegram", "--with-stdin", *flags]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            place = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            line = socket.create_connection((place["address"], place["control_port"]), timeout=_LONGEST)
            with line, closing(_Caller(line)) as call:
                yield Controls(place["address"], place["port"], call)
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            process.terminate()  # a forked child of ours may hold the pipe open
            try:
                process.wait(_LONGEST)
            except subprocess.TimeoutExpired:
                process.kill()


class _Caller:
    """Sends calls over one control connection, one at a time."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._file, self._lock = line, line.makefile("rb"), threading.Lock()

    def close(self) -> None:
        """Let go of the connection; closing the socket alone does not while its file is open."""
        self._file.close()

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> Any:
        call = {"do": name, "args": encode(list(args)), **{key: encode(value) for key, value in kwargs.items()}}
        with self._lock:
            self._line.sendall(json.dumps(call).encode() + b"\n")
            outcome = json.loads(self._file.readline())
        if "error" in outcome:
            raise ValueError(outcome["error"])
        return decode(outcome["ok"])
