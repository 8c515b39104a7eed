"""Processes as files below a folder, laid out as /proc is: shapes that cannot be started here."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tgsession_runtime.workers import Pattern, running
from tgsession_runtime.workers.linux import Linux

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="laid out as Linux lays it out")

_CELERY = "python3|/v/bin/celery|-A|proj|worker"


@dataclass
class Tree:
    """A folder like /proc, and a project beside it."""

    root: Path
    project: Path

    @property
    def system(self) -> Linux:
        return Linux(str(self.root))

    def add(self, pid: int, line: str, *, parent: int = 1, cwd: Path | None = None, uid: int = 1000, started: int = 777) -> None:
        folder = self.root / str(pid)
        (folder / "fd").mkdir(parents=True)
        (folder / "cmdline").write_text(line.replace("|", "\0") + "\0")
        fields = ["S", str(parent), *["0"] * 17, str(started)]
        (folder / "stat").write_text(f"{pid} (a) b) {' '.join(fields)} 0")
        (folder / "status").write_text(f"Name:\ta\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{uid}\t{uid}\nNSpid:\t{pid}\t7\n")
        (folder / "cwd").symlink_to(cwd or self.project)

    def mains(self, **options: object) -> list[int]:
        return [worker.process.pid for worker in running(self.project, system=self.system, **options).workers]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "proc").mkdir()
    (tmp_path / "project" / "src").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "proc" / "stat").write_text("cpu 1 2\nbtime 1700000000\n")
    return Tree(tmp_path / "proc", tmp_path / "project")


def test_forks_are_counted_with_their_main_process(tree: Tree) -> None:
    tree.add(10, "uv|run|celery|-A|proj|worker")
    tree.add(11, _CELERY, parent=10)
    tree.add(12, _CELERY, parent=11)
    tree.add(13, _CELERY, parent=12)

    [worker] = running(tree.project, system=tree.system).workers

    assert (worker.process.pid, worker.pool_pids, worker.pool) == (11, (12, 13), "prefork")


def test_pool_process_whose_main_is_gone_is_reported(tree: Tree) -> None:
    tree.add(12, "[celeryd: w1@vm:ForkPoolWorker-1]||")

    [worker] = running(tree.project, system=tree.system).workers

    assert (worker.kind, worker.node, worker.runs_tasks) == ("pool", "w1@vm", True)


def test_worker_that_a_task_started_is_one_of_its_own(tree: Tree) -> None:
    tree.add(20, "[celeryd: w1@vm:MainProcess] -active- (-A proj worker)")
    tree.add(21, "[celeryd: w1@vm:ForkPoolWorker-1]", parent=20)
    tree.add(22, "[celeryd: w2@vm:MainProcess] -active- (-A proj worker)", parent=21)

    assert tree.mains() == [20, 22]


def test_beat_inside_a_worker_is_neither_pool_nor_worker(tree: Tree) -> None:
    tree.add(20, "[celeryd: w1@vm:MainProcess] -active- (-A proj worker -B)")
    tree.add(21, "[celery beat]", parent=20)
    tree.add(22, "[celeryd: w1@vm:ForkPoolWorker-1]", parent=20)

    [worker] = running(tree.project, system=tree.system).workers

    assert worker.pool_pids == (22,)


def test_fresh_interpreters_belong_to_the_worker_that_started_them(tree: Tree) -> None:
    code = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5)"
    tree.add(30, "python3|/v/bin/uvicorn|--workers|2|app:app")
    tree.add(31, f"python3|-c|{code}|--multiprocessing-fork", parent=30)
    tree.add(32, f"python3|-c|{code}|--multiprocessing-fork", parent=1)

    [server] = running(tree.project, system=tree.system).workers

    assert (server.pids, server.runs_tasks) == ((30, 31), False)


def test_zombies_and_the_gone_are_no_workers(tree: Tree) -> None:
    tree.add(40, _CELERY)
    (tree.root / "40" / "stat").write_text(f"40 (celery) Z 1 {'0 ' * 17}777 0")
    tree.add(41, _CELERY)
    (tree.root / "41" / "stat").unlink()

    assert tree.mains() == []


def test_process_that_asks_is_not_told_of_its_own_worker(tree: Tree) -> None:
    tree.add(50, _CELERY)
    tree.add(os.getpid(), _CELERY, parent=50)
    tree.add(51, "python3|/v/bin/celery|-A|proj|worker|-n|other")

    assert tree.mains() == [51]


def test_worker_below_the_project_is_its_worker(tree: Tree) -> None:
    inside = tree.project / "backend" / "jobs"
    inside.mkdir(parents=True)
    tree.add(60, _CELERY, cwd=inside)

    [worker] = running(tree.project, system=tree.system).workers

    assert (worker.belongs_by, worker.cwd) == ("working folder", str(inside))


def test_worker_elsewhere_is_not_even_with_the_same_app(tree: Tree) -> None:
    elsewhere = tree.project.parent / "elsewhere"
    (tree.project / "proj.py").touch()
    (elsewhere / "proj.py").touch()
    tree.add(60, _CELERY, cwd=elsewhere)

    assert tree.mains() == []


@pytest.mark.parametrize("module", ["proj.py", "proj/__init__.py", "src/proj.py", "src/proj/__init__.py"])
def test_worker_elsewhere_is_if_its_app_is_only_here(tree: Tree, module: str) -> None:
    (tree.project / module).parent.mkdir(exist_ok=True)
    (tree.project / module).touch()
    tree.add(60, "python3|/v/bin/celery|-A|proj.app:app|worker", cwd=tree.project.parent / "elsewhere")

    assert [one.belongs_by for one in running(tree.project, system=tree.system).workers] == ["app module"]


def test_worker_elsewhere_is_if_it_has_a_file_of_the_project_open(tree: Tree) -> None:
    log = tree.project / "worker.log"
    log.touch()
    tree.add(60, _CELERY, cwd=tree.project.parent / "elsewhere")
    tree.add(61, _CELERY, cwd=tree.project.parent / "elsewhere")
    (tree.root / "60" / "fd" / "3").symlink_to(log)

    [worker] = running(tree.project, system=tree.system).workers

    assert (worker.process.pid, worker.belongs_by) == (60, "open files")


@pytest.mark.parametrize("name", ["proj", "w1@vm"])
def test_configuration_names_apps_and_nodes(tree: Tree, name: str) -> None:
    tree.add(60, "python3|/v/bin/celery|-A|proj:app|worker|-n|w1@vm", cwd=tree.project.parent / "elsewhere")

    assert tree.mains(names={name}) == [60]
    assert tree.mains() == []


def test_patterns_add_commands(tree: Tree) -> None:
    tree.add(70, "python3|/srv/listener.py|--fast")
    tree.add(71, "vim|/srv/listener.py")

    assert tree.mains(patterns=[Pattern("listener.py")]) == [70]
    assert tree.mains() == []


def test_times_are_utc_from_the_boot_on(tree: Tree) -> None:
    tree.add(80, _CELERY, started=100 * os.sysconf("SC_CLK_TCK"))

    [worker] = running(tree.project, system=tree.system).workers

    assert worker.process.since is not None
    assert worker.process.since.isoformat() == "2023-11-14T22:15:00+00:00"


def test_command_line_with_a_secret_is_not_kept(tree: Tree) -> None:
    tree.add(80, "python3|/v/bin/celery|-A|proj|-b|redis://:SECRET@host/0|worker")
    tree.add(81, "[celeryd: w1@vm:MainProcess] -active- (-A proj -b redis://:SECRET@host/0 worker)")

    found = running(tree.project, system=tree.system)

    assert len(found.workers) == 2
    assert "SECRET" not in repr(found)
