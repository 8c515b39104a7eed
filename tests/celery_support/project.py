"""A project whose Celery app writes down what it is: the truth that detection is measured against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.celery_support.started import until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_APP = '''
import dataclasses
import json
import os
import threading
import time
from pathlib import Path

from celery import Celery, signals

TRUTH = Path({truth!r})
app = Celery("proj")
app.conf.update({settings!r}, broker_connection_retry_on_startup=True, worker_hijack_root_logger=False)


def write(name, **facts):
    half = TRUTH / (name + f".{{os.getpid()}}.half")
    half.write_text(json.dumps(facts))
    half.replace(TRUTH / name)


@signals.worker_ready.connect
def ready(sender, **_):
    write(sender.hostname + ".main", pid=os.getpid())


@signals.worker_process_init.connect
def child(**_):
    if os.environ.get("NODE"):
        write(f"{{os.environ['NODE']}}.pool.{{os.getpid()}}", pid=os.getpid())


@signals.beat_init.connect
def beat(**_):
    if not os.environ.get("NODE"):  # not the one inside a worker
        write("beat.main", pid=os.getpid())


@app.task(name="proj.where")
def where(key):
    """What this process takes itself for, then wait to be let go."""
    from tgsession_runtime.workers import current

    here = current()
    write(key + ".task", pid=os.getpid(), here=dataclasses.asdict(here) if here else None)
    for _ in range(1200):
        if (TRUTH / "let-go").exists():
            return
        time.sleep(0.05)
'''


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with `proj.py`, and the folder beside it where its processes say what they are."""

    root: Path
    truth: Path

    @classmethod
    def write(cls, folder: Path, settings: Mapping[str, object]) -> Project:
        """Lay a project out in *folder*."""
        project = cls(folder / "project", folder / "truth")
        project.root.mkdir(parents=True)
        project.truth.mkdir()
        (project.root / "proj.py").write_text(_APP.format(truth=str(project.truth), settings=dict(settings)))
        return project

    def has_main(self, name: str) -> bool:
        """Whether the main process of node *name* is ready."""
        return (self.truth / f"{name}.main").exists()

    def main(self, name: str, timeout: float = 60) -> int:
        """The pid that the main process of node *name*, or `beat`, has written down once it was ready."""
        return self.wait(f"{name}.main", timeout)["pid"]

    def pool(self, name: str) -> set[int]:
        """The pids that the pool processes of node *name* have written down so far."""
        return {json.loads(path.read_text())["pid"] for path in self.truth.glob(f"{name}.pool.*[0-9]")}

    def wait(self, name: str, timeout: float = 60) -> dict:
        """What one of its processes has written down under *name*."""
        until((self.truth / name).exists, f"`{name}` is written", timeout)
        return json.loads((self.truth / name).read_text())
