"""A project whose tasks use a Telegram session through the guard, its workers, and what they have written down."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from celery import Celery

from tests.celery_support.started import Crowd, Started, until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.telegram import Controls

_CHECKOUT = Path(__file__).parents[2]
_APP = '''
import asyncio
import itertools
import os
import time
from contextlib import contextmanager
from pathlib import Path

import telethon.sync
from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from telethon.tl.types import User

from tests.stress.journal import Journal
from tgsession_runtime import guarded_client
from tgsession_runtime.celery import WorkerClient, guard_workers

app = Celery("proj")
app.conf.update({settings!r}, broker_connection_retry_on_startup=True, worker_hijack_root_logger=False)
guard_workers(app)
journal = Journal(Path({journal!r}))
telegram = WorkerClient(**{kept!r})
{more}

def until_let_go(key, step):
    for _ in range(2000):
        if Path({folder!r}, key + ".go").exists():
            return
        step()


@contextmanager
def noted(key):
    """Note what is raised inside, and the end."""
    try:
        yield
    except BaseException as error:
        journal.note("raised", key=key, kind=type(error).__name__, text=str(error))
        raise
    finally:
        journal.note("out", key=key)


@app.task(name="proj.hold")
def hold(key, pause=0.02):
    """Stay in a guarded block until let go, and ask Telegram something all the time."""
    with noted(key), guarded_client() as client:
        journal.note("in", key=key)
        until_let_go(key, lambda: (client.get_me(), time.sleep(pause)))


@app.task(name="proj.block")
def block(key):
    """Stay in a guarded block, and be busy with other things."""
    with noted(key), guarded_client():
        journal.note("in", key=key)
        until_let_go(key, lambda: time.sleep(0.05))


@app.task(name="proj.update")
def update(key):
    """Stay in a guarded block until let go, and remember a new user in the session file all the time."""
    count = itertools.count(1)
    with guarded_client() as client:

        def step():
            client.get_me()
            number = next(count)
            client.session.process_entities([User(id=10**6 + number, access_hash=number, first_name="one")])

        step()
        journal.note("in", key=key)
        until_let_go(key, step)
        journal.note("updated", key=key, users=next(count) - 1)


@app.task(name="proj.save")
def save(key):
    """Stay in a guarded block, and end in good time before the soft limit."""
    with noted(key), guarded_client() as client:
        journal.note("in", key=key)
        try:
            until_let_go(key, lambda: (client.get_me(), time.sleep(0.02)))
        except SoftTimeLimitExceeded:
            client.get_me()
            journal.note("saved", key=key)


@app.task(name="proj.ask")
def ask(key, times=1):
    """Use the client that is kept."""
    with noted(key):
        for _ in range(times):
            me = telegram.run(lambda client: client.get_me())
        journal.note("asked", key=key, user=me.username)


@app.task(name="proj.wait")
def wait(key):
    """Be in a call of the client that is kept."""
    async def waiting(client):
        journal.note("in", key=key)
        try:
            await asyncio.sleep(100)
        finally:
            journal.note("cancelled", key=key)

    with noted(key):
        telegram.run(waiting)


@app.task(name="proj.inherit")
def inherit(key):
    """Use a client that was built when this module was imported."""
    try:
        inherited.connect()
        journal.note("used", key=key)
    except BaseException as error:
        journal.note("raised", key=key, kind=type(error).__name__, text=str(error))
'''


@dataclass
class Guarded:
    """A folder with `proj.py`, a broker, a Telegram login, and the workers that were started there."""

    root: Path
    settings: Mapping[str, Any]
    environment: Mapping[str, str]
    crowd: Crowd
    more: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    app: Celery = field(init=False)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        text = _APP.format(
            settings=dict(self.settings), journal=str(self.journal), folder=str(self.root), more=self.more, kept=dict(self.kept)
        )
        (self.root / "proj.py").write_text(text)
        self.app = Celery("proj")
        self.app.conf.update(self.settings)

    @property
    def journal(self) -> Path:
        """What the tasks write."""
        return self.root / "journal"

    @property
    def state(self) -> Path:
        """The state folder of the workers."""
        return Path(self.environment["TGSESSION_STATE_DIR"])

    def worker(self, pool: str, *options: str, concurrency: int = 1, **environment: str) -> Started:
        """A worker that is ready."""
        words = [
            sys.executable, "-m", "celery", "-A", "proj", "worker", "-P", pool, "-c", str(concurrency), "-l", "info",
            "--without-gossip", "--without-mingle", "-n", f"w{len(self.crowd.started)}@test", *options,
        ]  # fmt: skip
        started = self.crowd.start(words, self.root, {**self.environment, "PYTHONPATH": str(_CHECKOUT), **environment})
        until(lambda: b" ready." in started.log.read_bytes() or started.process.poll() is not None, "the worker is ready")
        assert started.process.poll() is None, started.log.read_text()
        return started

    def send(self, task: str, key: str, *args: Any, **options: Any) -> str:
        """Send a task; its id."""
        return str(self.app.send_task(f"proj.{task}", (key, *args), **options).id)

    def begin(self, task: str, key: str, **options: Any) -> str:
        """Send a task, and wait until it is in its block or call; its id."""
        number = self.send(task, key, **options)
        self.wait("in", key)
        return number

    def let_go(self, key: str) -> None:
        """Let the task end by itself."""
        (self.root / f"{key}.go").touch()

    def noted(self, what: str, key: str = "") -> list[dict[str, Any]]:
        """What the tasks have written down."""
        lines = self.journal.read_bytes().splitlines() if self.journal.exists() else []
        return [one for one in map(json.loads, lines) if one["what"] == what and (not key or one["key"] == key)]

    def wait(self, what: str, key: str, timeout: float = 60) -> dict[str, Any]:
        """Wait until a task has written that down."""
        try:
            until(lambda: self.noted(what, key), f"`{what}` of `{key}`", timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.logs()}") from None
        return self.noted(what, key)[-1]

    def logs(self) -> str:
        """What the workers said."""
        return "\n".join(one.log.read_text()[-3000:] for one in self.crowd.started)


def group(started: Started, number: int = signal.SIGTERM) -> None:
    """Signal a worker's whole process group, as systemd and supervisors do."""
    os.killpg(started.pid, number)


def settings_for(telegram: Any, folder: Path) -> dict[str, str]:
    """The variables that let the guard use the session `alerts` in *folder*, and keep its state there."""
    return {
        "TGSESSION_SESSION": str(folder / "alerts"), "TGSESSION_API_ID": str(telegram.api_id),
        "TGSESSION_API_HASH": telegram.api_hash, "TGSESSION_STATE_DIR": str(folder / "state"),
    }  # fmt: skip


def ended(started: Started) -> int:
    """The worker's exit status, once it has ended."""
    return started.process.wait(40)


def send(started: Started, *numbers: int) -> None:
    """Signal the main process alone."""
    for number in numbers:
        started.process.send_signal(number)


class Ends:
    """How connections ended since this was made."""

    def __init__(self, far: Controls) -> None:
        self._far, self._before = far, far.totals()

    def __call__(self) -> dict[str, int]:
        """Once none is open: those that had one."""
        now = self._far.until(lambda ledger: ledger["totals"]["live"] == 0, 20)["totals"]
        kinds = {"clean_ends": "clean", "abrupt_ends": "reset"}
        return {word: int(now[kind] - self._before[kind]) for kind, word in kinds.items() if now[kind] != self._before[kind]}


def kinds(project: Guarded, key: str) -> list[str]:
    """What was raised in a task, by its class."""
    return [one["kind"] for one in project.noted("raised", key)]
