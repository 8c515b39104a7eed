"""Redis servers as tests of the lease use them: stopped, killed, started again with and without their data."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tests.celery_support import redis_server, until
from tests.runtime.pausable import Pausable


class RedisServer(Pausable):
    """One server on a socket of its own, which keeps its data in a folder of its own."""

    def __init__(self) -> None:
        # Not in pytest's folder: a socket's path may have 107 letters at most.
        self.folder = Path(mkdtemp(prefix="redis-"))
        self.socket = self.folder / "socket"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        """Start it with the data that are there."""
        server = redis_server()
        assert server, "no Redis server: `apt-get install redis-server`"
        words = [server, "--port", "0", "--unixsocket", f"{self.folder}/socket", "--save", "", "--appendonly", "yes",
                 "--appendfsync", "always", "--dir", str(self.folder), "--loglevel", "warning"]  # fmt: skip
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers, "Redis answers")

    def kill(self, *, forget: bool = False) -> None:
        """End it as a power cut would, and throw its data away if it is to *forget*."""
        self.process.kill()
        self.process.wait()
        for path in self.folder.iterdir():
            if forget or path.name == "socket":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def restart(self, *, forget: bool) -> None:
        """Kill it and start it again."""
        self.kill(forget=forget)
        self.start()

    def hang(self) -> None:
        """Stop it, so that it answers nobody."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    @staticmethod
    def entrance(place: Path) -> tuple[Path, str]:
        """The socket of a network that leads to it, by the name *place*, and the address that goes that way."""
        return place, f"unix://{place}"

    def age(self, seconds: float) -> None:
        """Wait until it has been up for *seconds*."""
        until(lambda: self.uptime() >= seconds, "the store is old enough")

    def uptime(self) -> int:
        """How long it has been up, in whole seconds."""
        import redis

        with redis.Redis.from_url(self.url) as client:
            return int(client.info("server")["uptime_in_seconds"])  # type: ignore[index,arg-type]

    def close(self) -> None:
        """End it for good."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        import redis

        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            time.sleep(0.01)
            return False


@contextmanager
def redis_of_ones_own() -> Iterator[RedisServer]:
    """A server for one test."""
    server = RedisServer()
    try:
        yield server
    finally:
        server.close()
