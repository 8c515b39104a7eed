"""What becomes of a session whose holder was killed, while the kernel still closes what that one had open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tgsession_runtime import holder
from tgsession_runtime.claim import contend
from tgsession_runtime.file_lock import RecordedLock
from tgsession_runtime.pause import Pause
from tgsession_runtime.processes import started_at
from tgsession_runtime.session import name_of
from tgsession_runtime.state import State


@pytest.fixture
def dying(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A living process that is on record as the holder, and whose lock is free."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        lock = RecordedLock(tmp_path / "alerts.session.lock")
        record = replace(holder.current(), pid=process.pid, started=started_at(process.pid) or "")
        lock.try_acquire(record)
        lock._lock.release(force=True)  # as the kernel does it: the record stays
        yield process
        process.kill()


def test_the_next_holder_waits_until_the_killed_one_has_closed_its_files(dying: subprocess.Popen[bytes], tmp_path: Path) -> None:
    steps = contend(name_of(tmp_path / "alerts"), State(tmp_path / "state"), timeout=1.0)
    waited = [next(steps) for _ in range(3)]
    dying.kill()
    dying.wait()
    with pytest.raises(StopIteration) as claimed:
        next(steps)
    claim = claimed.value.value
    predecessor = claim.predecessor
    claim.release()

    assert all(isinstance(pause, Pause) for pause in waited)
    assert predecessor is not None
    assert predecessor.pid == dying.pid


def test_a_process_of_another_boot_is_not_waited_for(dying: subprocess.Popen[bytes]) -> None:
    living = replace(holder.current(), pid=dying.pid, started=started_at(dying.pid) or "")

    assert holder.is_ending(living)
    assert not holder.is_ending(replace(living, boot_id="another"))
