"""What git says of a folder: what it tracks there, and what it would take if asked.

Only questions; git is told not to start the helpers that a repository's own settings may name.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

# A hook runs with these set for the repository that it guards; they would answer for that one only.
_VARIABLES = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
_LONGEST_COMMAND = 20_000  # characters; Windows takes 32,767


class Tracked:
    """What git tracks below a folder: names relative to it, with `/`, and every folder on the way to one."""

    def __init__(self, files: Collection[str], folders: Collection[str]) -> None:
        self.files = frozenset(files)
        self.folders = frozenset(folders)


def tracked(folder: str) -> Tracked | None:
    """What git tracks below *folder*, be it still there or not; None where git does not say."""
    files = _ask(folder, "ls-files", "-z", "--cached")
    if files is None:
        return None
    folders: set[str] = set()
    pending = {name.rpartition("/")[0] for name in files}
    while pending:
        folders |= pending
        pending = {name.rpartition("/")[0] for name in pending} - folders
    return Tracked(files, folders)


def not_ignored(folder: str, names: Collection[str]) -> list[str]:
    """Those of *names* below *folder*, and those files below the folders among them, that git does not ignore.

    A checkout inside this one is named with a `/` at its end, and git looks no further.
    """
    ask = ["--literal-pathspecs", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    asked = sorted(names) if sum(map(len, names)) + len(names) < _LONGEST_COMMAND else ["."]
    return _ask(folder, *ask, *asked) or []


def is_ignored(folder: str) -> bool:
    """Whether *folder* itself is what git ignores."""
    return _ask(folder, "check-ignore", "-q", ".") is not None


def _ask(folder: str, *question: str) -> list[str] | None:
    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", *question]
    environment = {key: value for key, value in os.environ.items() if key not in _VARIABLES}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        said = _spawned(command, environment) if _SPAWNS else _run(command, environment)
    except OSError:
        return None
    return None if said is None else [os.fsdecode(name) for name in said.split(b"\0") if name]


_SPAWNS = hasattr(os, "posix_spawnp") and sys.platform != "win32"


def _spawned(command: list[str], environment: dict[str, str]) -> bytes | None:
    """What *command* prints, None if it fails; importing `subprocess` takes as long as git does.

    Raises:
        OSError: there is no such command.
    """
    reading, writing = os.pipe()
    if min(reading, writing) < 3:  # some standard stream is closed: what is to become of its number takes more care
        os.close(reading)
        os.close(writing)
        return _run(command, environment)
    with os.fdopen(reading, "rb") as output:
        try:
            process = os.posix_spawnp(command[0], command, environment, file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writing, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ])  # fmt: skip
        finally:
            os.close(writing)
        said = output.read()
    try:
        _, status = os.waitpid(process, 0)
    except ChildProcessError:  # the system was told to keep no status
        status = 0
    return said if status == 0 else None


def _run(command: list[str], environment: dict[str, str]) -> bytes | None:
    import subprocess

    done = subprocess.run(command, capture_output=True, env=environment, check=False, stdin=subprocess.DEVNULL)
    return None if done.returncode else done.stdout
