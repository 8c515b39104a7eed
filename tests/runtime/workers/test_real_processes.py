"""Real workers of every pool, and real processes that only look like them, all at once."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.celery_support import Crowd, Project, Started, folder_broker, redis_broker, redis_server, until
from tgsession_runtime.workers import holding_open, running
from tgsession_runtime.workers.linux import Linux
from tgsession_runtime.workers.portable import Portable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_runtime.workers import Answer, Found, Worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are read as Linux shows them")

BIN = Path(sys.executable).parent
CELERY = str(BIN / "celery")
PYTHON = sys.executable
_CELERY = tuple(map(int, version("celery").split(".")[:2]))
POOLS = ("prefork", "threads", "solo", "gevent", "eventlet")


@dataclass(frozen=True)
class Shape:
    """One way to start a worker; `{node}` and `{celery}` are filled in."""

    name: str
    words: tuple[str, ...]
    pool: str | None
    titled: bool = True
    broker: str = "redis"
    cwd: str = "root"
    pool_size: int = 0
    daemon: bool = False

    @property
    def node(self) -> str:
        return f"{self.name}@test"


def _shapes() -> Iterator[Shape]:
    worker = ("worker", "-n", "{node}", "-c", "2", "-l", "error", "--without-gossip", "--without-mingle")
    for pool in POOLS:
        size = 2 if pool == "prefork" else 0
        for titled in (True, False):
            name = f"{pool}-{'titled' if titled else 'plain'}"
            yield Shape(name, (CELERY, "-A", "proj", *worker, "-P", pool, "-Q", "{name},b"), pool, titled, pool_size=size)
    yield Shape("folder-prefork", (CELERY, "-A", "proj", *worker), "prefork", broker="folder", pool_size=2)
    yield Shape("folder-solo", (CELERY, "-A", "proj", *worker, "-P", "solo"), "solo", False, broker="folder")
    for titled in (True, False):
        end = "titled" if titled else "plain"
        yield Shape(f"module-{end}", (PYTHON, "-m", "celery", "-A", "proj", *worker, "-P", "solo"), "solo", titled)
        flags = (PYTHON, "-u", "-Wignore", "-Xutf8", "-Im", "celery", "--workdir", ".", "--app=proj:app", *worker, "--pool=threads")
        yield Shape(f"flags-{end}", flags, "threads", titled)
        # A dash that runs one command becomes it; with two it stays, as a parent.
        line = f"{CELERY} -A proj {' '.join(worker)} -P solo; true celery worker"
        yield Shape(f"shell-{end}", ("sh", "-c", line), "solo", titled)
        yield Shape(f"beat-inside-{end}", (CELERY, "-A", "proj", *worker, "-B", "-s", "schedule-{name}"), "prefork", titled,
                    pool_size=2)  # fmt: skip
        yield Shape(f"workdir-{end}", (CELERY, "--workdir", "{root}", "-A", "proj", *worker, "-P", "solo"), "solo", titled,
                    cwd="elsewhere")  # fmt: skip
    multi = ("multi", "start", "{node}", "-A", "proj", "-c", "2", "--pidfile={truth}/%n.pid", "--logfile={truth}/%n%I.log")
    yield Shape("multi", (CELERY, *multi), "prefork", False, pool_size=2, daemon=True)
    yield Shape("detached", (CELERY, "-A", "proj", *worker, "--detach", "--pidfile={truth}/%n.pid", "--logfile={truth}/%n.log"),
                "prefork", False, pool_size=2, daemon=True)  # fmt: skip
    yield Shape("timeout", ("timeout", "600", CELERY, "-A", "proj", *worker, "-P", "solo"), "solo", False)
    if _CELERY >= (5, 7):
        yield Shape("spawned", (CELERY, "-A", "proj", *worker, "--pool-start-method", "spawn"), "prefork", False, pool_size=2)
    if uv := shutil.which("uv", path=f"{BIN}:{os.environ['PATH']}"):
        run = (uv, "run", "--no-project", "--offline", "--python", PYTHON, "celery", "-A", "proj", *worker, "-P", "solo")
        yield Shape("uv", run, "solo", False)


def _look_alikes(truth: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    log = str(truth / "celery.log")
    Path(log).write_text("celery worker\n")
    yield "grep", ("grep", "celery -A proj worker", "-")
    yield "tail", ("tail", "-f", log)
    yield "shell", ("sh", "-c", "read line; true celery -A proj worker")
    yield "bash", ("bash", "-c", f"{CELERY} -A proj --version; read line; {CELERY} -A proj worker")
    yield "python argument", (PYTHON, "-c", "input()", "celery", "-A", "proj", "worker")
    yield "python code", (PYTHON, "-c", "'celery -A proj worker'; input()")
    yield "python script", (PYTHON, str(truth / "celery_worker.py"), "worker")
    (truth / "celery_worker.py").write_text("input()")
    yield "python standard input", (PYTHON, "-", "celery", "worker")
    yield "tee", ("tee", str(truth / "celery-worker.log"))
    yield "cat", ("cat", "-", "celery", "worker")
    yield "timeout", ("timeout", "600", "cat", "-", "celery", "worker")
    yield "env", ("env", "CELERY=worker", "cat")
    yield "events", (CELERY, "-A", "proj", "events", "--dump")
    yield "debugger", (PYTHON, "-m", "pdb", str(truth / "celery_worker.py"), "celery", "worker")
    if shutil.which("script"):
        yield "script", ("script", "-qc", "cat - celery worker", "/dev/null")


SHAPES = list(_shapes())


@dataclass(frozen=True)
class Scene:
    """Everything that runs, and what two ways of looking make of it."""

    projects: dict[str, Project]
    looking_alike: dict[str, int]
    beat: int
    found: dict[str, dict[str, Found]]
    remote: Answer

    def worker(self, system: str, shape: Shape) -> Worker:
        project = self.projects[shape.broker]
        pid = project.main(shape.node)
        [worker] = [one for one in self.found[system][shape.broker].workers if one.process.pid == pid]
        return worker


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start them all at once, wait until each has said that it is ready, look, and stop them all."""
    if redis_server() is None and not os.environ.get("CI"):
        pytest.skip("no Redis server for real Celery workers: `apt-get install redis-server`")
    folder = tmp_path_factory.mktemp("crowd")
    hidden = folder / "without-setproctitle"
    hidden.mkdir()
    (hidden / "setproctitle.py").write_text("raise ImportError")
    with redis_broker() as url, Crowd(folder / "logs") as crowd:
        projects = {
            "redis": Project.write(folder / "a", {"broker_url": url}),
            "folder": Project.write(folder / "b", folder_broker(folder / "queues")),
        }
        started = {shape: _start(shape, projects[shape.broker], crowd, folder, hidden) for shape in SHAPES}
        crowd.start((CELERY, "-A", "proj", "beat", "-s", "schedule"), projects["redis"].root)
        alike = {name: crowd.start(words, projects["redis"].root).pid for name, words in _look_alikes(folder)}
        for shape in SHAPES:
            project = projects[shape.broker]
            until(lambda p=project, s=shape: p.has_main(s.node) or _has_failed(started[s]), f"{shape.name} is ready", 240)
            pid = project.main(shape.node, 0)
            if shape.daemon:
                crowd.others.append(os.getpgid(pid))
            until(lambda p=project, s=shape: len(p.pool(s.node)) >= s.pool_size, f"{shape.name} has its pool")
        beat = projects["redis"].main("beat")
        found = {
            name: {key: running(project.root, system=system) for key, project in projects.items()}
            for name, system in (("linux", Linux()), ("psutil", Portable()))
        }
        remote = _set_to_work(projects["redis"])
        yield Scene(projects, alike, beat, found, remote)
        for project in projects.values():
            (project.truth / "let-go").touch()


# One of each pool gets a task that does not end; then all workers are asked what they run.
_ASK = """
import pickle, sys
from tgsession_runtime.workers import ask
import proj
for name in sys.argv[2:]:
    proj.where.apply_async((name,), queue=name)
for name in sys.argv[2:]:
    while not (proj.TRUTH / (name + ".task")).exists():
        proj.time.sleep(0.05)
open(sys.argv[1], "wb").write(pickle.dumps(ask("proj", timeout=3)))
"""


def _set_to_work(project: Project) -> Answer:
    answer = project.truth / "answer"
    words = (PYTHON, "-c", _ASK, str(answer), *(f"{pool}-titled" for pool in POOLS))
    path = os.pathsep.join([str(project.root), str(Path(__file__).parents[3])])
    subprocess.run(words, check=True, timeout=120, env={**os.environ, "PYTHONPATH": path}, cwd=project.root)
    return pickle.loads(answer.read_bytes())


def _start(shape: Shape, project: Project, crowd: Crowd, folder: Path, hidden: Path) -> Started:
    names = {"node": shape.node, "name": shape.name, "root": str(project.root), "truth": str(project.truth)}
    words = [word.format(**names) for word in shape.words]
    path = os.pathsep.join([*([] if shape.titled else [str(hidden)]), str(Path(__file__).parents[3])])
    environment = {"PYTHONPATH": path, "NODE": shape.node, "C_FORCE_ROOT": "1"}
    return crowd.start(words, project.root if shape.cwd == "root" else folder, environment)


def _has_failed(one: Started) -> bool:
    """A worker that could not start says why in its log; one that has gone to the background has ended well."""
    status = one.process.poll()
    assert not status, one.log.read_text()
    return False


@pytest.mark.parametrize("system", ["linux", "psutil"])
@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_worker_of_every_shape_is_found_with_its_pool(scene: Scene, shape: Shape, system: str) -> None:
    worker = scene.worker(system, shape)

    assert (worker.kind, worker.runner, worker.runs_tasks, worker.guarded) == ("main", "celery", True, False)
    assert worker.node == shape.node
    assert worker.app in {"proj", "proj:app"}
    assert worker.pool == shape.pool
    assert worker.concurrency == 2
    assert worker.process.since is not None
    if shape.pool_size:
        assert scene.projects[shape.broker].pool(shape.node) <= {*worker.pool_pids}
    else:
        assert worker.pool_pids == ()


@pytest.mark.parametrize("system", ["linux", "psutil"])
def test_every_worker_that_is_found_is_one(scene: Scene, system: str) -> None:
    for name, project in scene.projects.items():
        found = {worker.process.pid for worker in scene.found[system][name].workers}
        truth = {project.main(shape.node) for shape in SHAPES if shape.broker == name}

        assert found == truth | ({scene.beat} if name == "redis" else set())


@pytest.mark.parametrize("system", ["linux", "psutil"])
def test_processes_that_look_like_workers_are_none(scene: Scene, system: str) -> None:
    alive = {name: pid for name, pid in scene.looking_alike.items() if Linux().words(pid)}
    taken = {pid for found in scene.found[system].values() for worker in found.workers for pid in worker.pids}

    assert alive.keys() == scene.looking_alike.keys()
    assert {name for name, pid in alive.items() if pid in taken} == set()


@pytest.mark.parametrize("system", ["linux", "psutil"])
def test_beat_is_a_kind_of_its_own(scene: Scene, system: str) -> None:
    [beat] = [one for one in scene.found[system]["redis"].workers if one.process.pid == scene.beat]

    assert (beat.kind, beat.runs_tasks) == ("beat", False)


def test_folder_of_somebody_else_has_no_workers(scene: Scene, tmp_path: Path) -> None:
    assert running(tmp_path).workers == ()


def test_worker_elsewhere_is_of_the_project_that_names_it(scene: Scene, tmp_path: Path) -> None:
    shape = SHAPES[0]

    [worker] = running(tmp_path, names={shape.node}).workers

    assert worker.process.pid == scene.projects[shape.broker].main(shape.node)
    assert worker.belongs_by == "configuration"


def test_file_that_a_worker_has_open_is_found_under_every_name(scene: Scene, tmp_path: Path) -> None:
    shape = next(one for one in SHAPES if one.name == "multi")
    log = next(scene.projects["redis"].truth.glob("multi*.log"))
    link = tmp_path / "other.session"
    link.hardlink_to(log)

    holding = holding_open(link)

    assert scene.projects["redis"].main(shape.node) in {process.pid for process in holding.processes}


@pytest.mark.parametrize("pool", POOLS)
def test_task_knows_which_worker_it_runs_in(scene: Scene, pool: str) -> None:
    told = scene.projects["redis"].wait(f"{pool}-titled.task")
    worker = next(one for one in scene.found["linux"]["redis"].workers if one.node == f"{pool}-titled@test")

    assert told["here"]["node"] == worker.node
    assert (told["here"]["role"], told["here"]["pool"]) == ("pool" if pool == "prefork" else "main", pool)
    assert told["here"]["task"] == "proj.where"
    assert told["pid"] in worker.pids


def test_workers_say_what_they_run_when_asked(scene: Scene) -> None:
    nodes = {node.name: node for node in scene.remote.nodes}
    truth = scene.projects["redis"]

    assert scene.remote.failure == ""
    # A solo worker that runs a task does not answer.
    for pool in ("prefork", "threads", "gevent", "eventlet"):
        node = nodes[f"{pool}-titled@test"]
        assert (node.pid, node.pool) == (truth.main(node.name), pool)
        assert [task.name for task in node.tasks] == ["proj.where"]
    assert truth.pool("prefork-titled@test") <= {*nodes["prefork-titled@test"].pool_pids}
    assert "solo-titled@test" not in nodes
