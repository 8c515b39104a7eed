"""The line of waiters: whose turn it is, and that no wake-up is lost."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runtime.commands import CHECKOUT
from tgsession_runtime import holder, line
from tgsession_runtime.pause import Pause, is_readable, sleep

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="waiters look regularly where there are no named pipes")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[line.Place, line.Place]]:
    """The first in a line, and one behind it."""
    places = line.Place(tmp_path), line.Place(tmp_path)
    yield places
    for place in places:
        place.leave()


def test_the_oldest_is_woken_alone(tmp_path: Path, two: tuple[line.Place, line.Place]) -> None:
    line.wake(tmp_path)

    assert [is_woken(place) for place in two] == [True, False]


def test_who_was_woken_and_has_not_come_does_not_hold_up_the_next(tmp_path: Path, two: tuple[line.Place, line.Place]) -> None:
    line.wake(tmp_path)
    line.wake(tmp_path)

    assert [is_woken(place) for place in two] == [True, True]


def test_a_newcomer_leaves_the_lock_to_those_before_it(two: tuple[line.Place, line.Place]) -> None:
    first, newcomer = two

    assert first.may_look()
    assert not newcomer.may_look()


def test_a_waiter_looks_once_the_line_stands_still(two: tuple[line.Place, line.Place]) -> None:
    _, waiter = two
    waiter.may_look()

    assert waiter.may_look()


def test_a_waiter_looks_when_it_has_become_first(two: tuple[line.Place, line.Place]) -> None:
    first, waiter = two
    waiter.may_look()
    first.leave()
    waiter.may_look()

    assert waiter.may_look()


def test_who_becomes_first_learns_it_and_looks_more_often(two: tuple[line.Place, line.Place]) -> None:
    first, waiter = two
    waiter.may_look()
    before = waiter.pause()
    first.leave()
    told = is_woken(waiter)

    assert told
    assert not waiter.may_look()  # whoever left has the lock
    assert waiter.pause() < before


def test_what_wakes_during_a_look_ends_the_next_pause(tmp_path: Path, two: tuple[line.Place, line.Place]) -> None:
    first, _ = two
    first.may_look()
    line.wake(tmp_path)
    first.pause()

    assert is_woken(first)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil is asked")
def test_who_waits_tells_its_ancestors_without_loading_psutil() -> None:
    program = (
        "import sys; from tgsession_runtime import holder\n"
        "print(holder.is_ancestor(holder.decode(sys.stdin.buffer.read())), 'psutil' in sys.modules)"
    )

    found = subprocess.run([sys.executable, "-c", program], input=holder.current().encode(), capture_output=True, check=True)
    assert found.stdout.split() == [b"True", b"False"]


def test_a_program_that_ended_is_nobody_s_ancestor() -> None:
    gone = replace(holder.current(), pid=os.getppid(), started="1")

    assert not holder.is_ancestor(gone)


def is_woken(place: line.Place) -> bool:
    """Whether a byte waits for *place*."""
    return bool(select.select([place.descriptor], [], [], 0)[0])


def test_a_forked_child_gives_up_no_place_of_its_parents(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from tgsession_runtime import line
folder = Path(sys.argv[1])
place = line.Place(folder)
pid = os.fork()
if not pid:
    place.leave()
    os._exit(0)
os.waitpid(pid, 0)
sys.exit(0 if line.anybody(folder) and place.may_look() else 1)
"""

    done = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=CHECKOUT, capture_output=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_waiter_of_a_process_with_many_open_files_is_woken(tmp_path: Path, two: tuple[line.Place, line.Place]) -> None:
    import fcntl

    first = two[0]
    assert first.descriptor is not None
    number = fcntl.fcntl(first.descriptor, fcntl.F_DUPFD_CLOEXEC, 1024)
    try:
        sleep(Pause(0.0, number))
        line.wake(tmp_path)

        assert is_readable(number, 60.0)
    finally:
        os.close(number)
