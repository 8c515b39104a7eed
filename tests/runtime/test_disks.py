"""Commands on a disk that really is full, and on one that really is read-only: each says so, and changes nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.commands import guard
from tests.telegram import Controls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a file system in memory, mounted")
COMMANDS = ("backup alerts", "export alerts --to {disk}/string", "import {other}/string alerts", "restore {other}/kept alerts")


@pytest.fixture
def disk(tmp_path: Path, far: Controls) -> Iterator[Path]:
    """A small disk with a session on it, and a copy and a session string of it elsewhere."""
    disk, other = tmp_path / "disk", tmp_path / "other"
    disk.mkdir()
    other.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", disk], capture_output=True, check=False).returncode:
        pytest.skip("this user may mount nothing")
    try:
        far.log_in(far.add_bot("9301:token")).write(other / "kept.session")
        shutil.copy(other / "kept.session", disk / "alerts.session")
        guard(other, "export", "kept", "--to", "string")
        (other / "kept.session").rename(other / "kept")
        guard(disk, "check", "alerts", TGSESSION_STATE_DIR=str(other / "state"))
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def unchanged(disk: Path, words: str) -> str:
    """What the command says; it may have changed nothing but the lock."""
    other = disk.parent / "other"
    before = {path.name: path.read_bytes() for path in disk.iterdir() if path.suffix != ".lock"}
    done = guard(disk, *words.format(disk=disk, other=other).split(), TGSESSION_STATE_DIR=str(other / "state"))
    after = {path.name: path.read_bytes() for path in disk.iterdir() if path.suffix != ".lock"}

    assert done.status in {1, 2}, done.out
    assert after == before
    assert "broke down" not in done.err
    assert ".new" not in done.err
    return done.err


def fill(disk: Path) -> None:
    with pytest.raises(OSError, match="No space"), (disk / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(b" " * 4096)


@pytest.mark.parametrize("words", COMMANDS)
def test_full_disk_is_said_and_loses_nothing(disk: Path, words: str) -> None:
    (disk / "alerts.session.lock").write_bytes(b" " * 1024)
    fill(disk)

    assert "No space left on device" in unchanged(disk, words)


@pytest.mark.parametrize("words", COMMANDS)
def test_read_only_disk_is_said_and_loses_nothing(disk: Path, words: str) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    assert "Read-only file system" in unchanged(disk, words)


def test_half_a_session_string_is_not_left_on_a_full_disk(disk: Path) -> None:
    other = disk.parent / "other"
    (other / "kept").rename(other / "kept.session")
    fill(disk)

    done = guard(other, "export", "kept", "--to", str(disk / "half"))

    assert (done.status, "No space left on device" in done.err, (disk / "half").exists()) == (1, True, False)
