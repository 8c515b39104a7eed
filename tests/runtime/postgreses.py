"""PostgreSQL servers as tests of the lease use them, each with its data in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.celery_support import until
from tests.runtime.pausable import Pausable

_NOBODY, _SOCKET = "nobody", ".s.PGSQL.5432"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; Debian has it on nobody's path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return next((path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None)


class PostgresServer(Pausable):
    """One server on a socket of its own. It does not run as root: then as `nobody`."""

    def __init__(self, copy_of: PostgresServer | None = None) -> None:
        where = programs()
        if where is None:
            pytest.skip("no PostgreSQL here: `apt-get install postgresql`")
        self._programs = where
        # Not in pytest's folder, where only this user gets in.
        self.folder = Path(mkdtemp(prefix="postgres-"))
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self.folder, _NOBODY)
        self.socket, self.url = self.folder / _SOCKET, f"postgresql://tests@/postgres?host={self.folder}"
        if copy_of is None:
            self._make()
        else:
            self._run("pg_basebackup", "-D", str(self.data), "-h", str(copy_of.folder), "-U", "tests", "-R", "-X", "stream", "-c", "fast")
        self.start()

    def start(self) -> None:
        """Start it with the data that are there."""
        words = ["-D", str(self.data), "-k", str(self.folder), "-h", "", "-c", "shared_buffers=16MB"]
        self.process = subprocess.Popen(
            [self._programs / "postgres", *words], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._user()
        )
        until(self._answers, "PostgreSQL answers")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal_all(signal.SIGKILL)
        self.process.wait()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def restart(self, *, forget: bool = False) -> None:
        """Kill it and start it again, with a new folder if it is to *forget*."""
        self.kill()
        if forget:
            shutil.rmtree(self.data)
            self._make()
        self.start()

    def _make(self) -> None:
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "tests", "-E", "UTF8", "--no-locale", "--no-sync")

    @staticmethod
    def entrance(place: Path) -> tuple[Path, str]:
        """The socket of a network that leads to it, by the name *place*, and the address that goes that way."""
        place.mkdir()
        return place / _SOCKET, f"postgresql://tests@/postgres?host={place}"

    def hang(self) -> None:
        """Stop it, so that it answers nobody."""
        self._signal_all(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._signal_all(signal.SIGCONT)

    def promote(self) -> None:
        """Make a standby a primary."""
        self._run("pg_ctl", "-D", str(self.data), "promote", "--wait")

    def age(self, seconds: float) -> None:
        """Wait until it has been up for *seconds*."""
        until(lambda: self.ask(f"SELECT clock_timestamp() - pg_postmaster_start_time() > interval '{seconds} s'") == (True,), "it is old enough")

    def ask(self, question: str) -> tuple[object, ...] | None:
        """The first row that it answers."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(question)  # type: ignore[call-overload]
            return done.fetchone() if done.description else None  # type: ignore[no-any-return]

    def close(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal_all(self, number: int) -> None:
        import psutil

        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self.process.pid)
            for one in [server, *server.children()]:  # the server first: it would start anew whatever of it ends
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(number)

    def _answers(self) -> bool:
        import psycopg

        assert self.process.poll() is None, "PostgreSQL ended"
        try:
            return self.ask("SELECT 1") == (1,)
        except psycopg.Error:
            return False

    def _run(self, program: str, *words: str) -> None:
        subprocess.run([self._programs / program, *words], cwd=self.folder, check=True, capture_output=True, timeout=120, **self._user())

    @staticmethod
    def _user() -> dict[str, str]:
        return {"user": _NOBODY} if os.geteuid() == 0 else {}


@contextmanager
def postgres_of_ones_own(copy_of: PostgresServer | None = None) -> Iterator[PostgresServer]:
    """A server for one test; with *copy_of* its standby."""
    server = PostgresServer(copy_of)
    try:
        yield server
    finally:
        server.close()
