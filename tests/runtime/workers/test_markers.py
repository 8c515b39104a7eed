"""Markers: a worker that uses the guard is known, and nothing else passes for one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tgsession_runtime.workers import mark, sweep, unmark
from tgsession_runtime.workers.markers import is_marked
from tgsession_runtime.workers.platforms import this_system

if TYPE_CHECKING:
    from pathlib import Path


def marked(folder: Path) -> bool:
    facts = this_system().facts(os.getpid())
    assert facts is not None
    return is_marked(folder, os.getpid(), facts)


def change(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_marker_counts_until_it_is_taken_back(tmp_path: Path) -> None:
    before = marked(tmp_path)
    path = mark(tmp_path, node="w1@host", app="proj")
    during = marked(tmp_path)
    unmark(path)

    assert (before, during, marked(tmp_path)) == (False, True, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_marker_is_for_its_user_only(tmp_path: Path) -> None:
    path = mark(tmp_path)

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "changes",
    [{"started": "1"}, {"boot_id": "another"}, {"pid": 1}, {"pid_namespace": "pid:[1]"}],
    ids=["pid used again", "machine restarted", "other process", "other container"],
)
def test_marker_of_another_process_does_not_count(tmp_path: Path, changes: dict[str, object]) -> None:
    change(mark(tmp_path), **changes)

    assert marked(tmp_path) is False


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"pid": 1}', "\x00"])
def test_marker_that_cannot_be_read_does_not_count(tmp_path: Path, text: str) -> None:
    mark(tmp_path).write_text(text)

    assert marked(tmp_path) is False
    assert sweep(tmp_path) == []


def test_markers_of_the_gone_are_swept_away(tmp_path: Path) -> None:
    code = "import sys, pathlib; from tgsession_runtime.workers import mark; mark(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=60)
    [left] = tmp_path.iterdir()
    own = mark(tmp_path)

    assert sweep(tmp_path) == [left]
    assert list(tmp_path.iterdir()) == [own]


def test_markers_of_other_hosts_and_containers_stay(tmp_path: Path) -> None:
    path = mark(tmp_path)
    change(path, started="1", host="another")
    other = sweep(tmp_path)
    change(path, host=json.loads(mark(tmp_path).read_text())["host"], pid_namespace="pid:[1]")

    assert (other, sweep(tmp_path)) == ([], [])
