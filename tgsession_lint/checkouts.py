"""What git says of a folder: what it tracks there, and what it would take if asked.

Only questions; git is told not to start the helpers that a repository's own settings may name.
"""

from __future__ import annotations

import os

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
    import subprocess

    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", *question]
    environment = {key: value for key, value in os.environ.items() if key not in _VARIABLES}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        done = subprocess.run(command, capture_output=True, env=environment, check=False, stdin=subprocess.DEVNULL)
    except OSError:
        return None
    return None if done.returncode else [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
