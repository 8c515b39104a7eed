"""Real workers of other runners that are stopped from the command line with a task in a guarded block: it ends in order."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.celery_support import Crowd, until
from tests.celery_support.guarded import Ends, settings_for
from tests.runtime.commands import CHECKOUT, guard

if TYPE_CHECKING:
    from tests.telegram import Controls

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals")
_WORK = """
import time
from pathlib import Path
import telethon.sync
from tgsession_runtime import guarded_client

def work(key):
    with guarded_client(workers="ignore") as client:
        Path(key + ".in").touch()
        for _ in range(6000):
            if Path(key + ".go").exists():
                break
            client.get_me()
            time.sleep(0.02)
    Path(key + ".out").touch()
"""


@dataclass(frozen=True)
class Runner:
    """How its app is written, how a worker is started, and how a task is sent."""

    app: str
    worker: tuple[str, ...]
    send: str


RUNNERS = {
    "rq": Runner(
        "import redis, rq, work\nqueue = rq.Queue(connection=redis.Redis.from_url({url!r}))",
        ("-m", "rq.cli", "worker", "-u", "{url}"), "app.queue.enqueue(app.work.work, {key!r})",
    ),
    "dramatiq": Runner(
        "import dramatiq, work\nfrom dramatiq.brokers.redis import RedisBroker\ndramatiq.set_broker(RedisBroker(url={url!r}))\n"
        "task = dramatiq.actor(max_retries=0)(work.work)",
        ("-m", "dramatiq", "-p", "1", "-t", "1", "app"), "app.task.send({key!r})",
    ),
    "huey": Runner(
        "import work\nfrom huey import RedisHuey\nhuey = RedisHuey('jobs', url={url!r})\ntask = huey.task()(work.work)",
        ("-m", "huey.bin.huey_consumer", "app.huey", "-w", "1"), "app.task({key!r})",
    ),
    "huey with processes": Runner(
        "import work\nfrom huey import RedisHuey\nhuey = RedisHuey('jobs', url={url!r})\ntask = huey.task()(work.work)",
        ("-m", "huey.bin.huey_consumer", "app.huey", "-w", "1", "-k", "process"), "app.task({key!r})",
    ),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, far: Controls) -> Path:
    far.log_in(far.add_bot(f"77{os.getpid()}:token")).write(tmp_path / "alerts.session")
    (tmp_path / "work.py").write_text(_WORK)
    return tmp_path


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    with Crowd(tmp_path / "logs") as crowd:
        yield crowd


# Not huey's threads by force: nothing tells them to end, and they may keep their connection until SIGKILL.
@pytest.mark.parametrize(("name", "force"), [*((one, False) for one in RUNNERS), *((one, True) for one in RUNNERS if one != "huey")])
def test_stopped_worker_lets_its_task_disconnect(
    name: str, project: Path, far: Controls, broker: str, crowd: Crowd, *, force: bool
) -> None:
    pytest.importorskip(name.split(maxsplit=1)[0])
    runner, ends, url = RUNNERS[name], Ends(far), broker.replace("redis+socket://", "unix://")
    environment = {**settings_for(far, project), "PYTHONPATH": f"{CHECKOUT}:{project}"}
    (project / "app.py").write_text(runner.app.format(url=url) + "\n")
    sender = [sys.executable, "-c", f"import app; {runner.send.format(key='a')}"]
    crowd.start(sender, project, environment).process.wait(60)
    worker = crowd.start([sys.executable, *(word.format(url=url) for word in runner.worker)], project, environment)
    until((project / "a.in").exists, f"the task runs: {worker.log.read_text()}")

    if force:
        done = guard(project, "workers", "stop", "--force", "--timeout", "0.5")
    else:
        (project / "a.go").touch()
        done = guard(project, "workers", "stop")

    assert (done.status, worker.process.poll() is not None) == (0, True), done.err + worker.log.read_text()
    assert force or (project / "a.out").exists()
    assert ends() == {"clean": 1}
