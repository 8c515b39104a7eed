"""Paths -> the files to lint, and the files of the whole project.

Inside a git checkout git itself says what counts: what it tracks or does not ignore. Elsewhere the folders are walked,
and their `.gitignore` files are honoured.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from tgsession_lint.config import matches
from tgsession_lint.finding import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tgsession_lint.config import Config

SUFFIXES = (".py", ".pyi", ".pyw", ".ipynb")
_GLOB = re.compile(r"[*?\[]")
# A hook runs with these set for the repository that it guards; they would answer for that one only.
_GIT_VARIABLES = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")


@dataclass(slots=True)
class Discovery:
    """The files to lint, sorted and once each, and what could not be followed."""

    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    listed: dict[str, list[str]] = field(default_factory=dict)
    """Folders that were listed on the way, with what they hold."""


def discover(targets: Sequence[Path], config: Config, *, cwd: Path) -> Discovery:
    """The files that *targets* (files, folders, globs) mean."""
    found = Discovery()
    excluded = Exclusion(config)
    files: dict[str, None] = {}
    for target in targets:
        path = os.path.normpath(os.path.join(cwd, target))
        if os.path.isdir(path):
            listed = found.listed[path] = list_folder(path, excluded)
            files.update(dict.fromkeys(listed))
            if not os.access(path, os.R_OK | os.X_OK):
                found.problems.append(Problem(os.fspath(target), "the folder cannot be read"))
        elif os.path.lexists(path):
            _add_file(path, os.fspath(target), excluded, files, found)
        elif _GLOB.search(path):
            _add_glob(path, os.fspath(target), excluded, files, found)
        else:
            found.problems.append(Problem(os.fspath(target), "there is no such file or folder"))
    found.files = sorted(files)
    return found


def project_files(config: Config, listed: dict[str, list[str]] | None = None) -> list[str]:
    """Every file below the root: the context that names are resolved in."""
    root = os.fspath(config.root)
    known = (listed or {}).get(root)
    return known if known is not None else list_folder(root, Exclusion(config))


def _add_file(path: str, shown: str, excluded: Exclusion, files: dict[str, None], found: Discovery) -> None:
    if not os.path.isfile(path):
        found.problems.append(Problem(shown, "this is no plain file"))
    elif not (excluded.forced and excluded.path(path)):
        files[path] = None


def _add_glob(pattern: str, shown: str, excluded: Exclusion, files: dict[str, None], found: Discovery) -> None:
    import glob

    matched = [path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path) and path.endswith(SUFFIXES)]
    if not matched:
        found.problems.append(Problem(shown, "no file matches"))
    files.update(dict.fromkeys(path for path in matched if not excluded.path(path)))


class Exclusion:
    """What `exclude` and `extend-exclude` leave out; a name is looked up before a pattern is tried."""

    def __init__(self, config: Config) -> None:
        patterns = (*config.exclude, *config.extend_exclude)
        self.root = os.fspath(config.root)
        self.forced = config.force_exclude
        self.names = frozenset(p.rstrip("/") for p in patterns if not _GLOB.search(p) and "/" not in p.rstrip("/"))
        wild = [p for p in patterns if _GLOB.search(p) and "/" not in p.rstrip("/")]
        self.name_pattern = re.compile("|".join(translate(p.rstrip("/")) for p in wild)) if wild else None
        self.paths = tuple(p for p in patterns if "/" in p.rstrip("/"))

    def name(self, name: str) -> bool:
        """Whether a file or folder of this name is left out wherever it stands."""
        return name in self.names or (self.name_pattern is not None and self.name_pattern.match(name) is not None)

    def path(self, path: str) -> bool:
        """Whether *path* is left out, by itself or by a folder on the way."""
        inside = os.path.relpath(path, self.root).replace(os.sep, "/")
        if inside.startswith("../"):
            return False
        return any(self.name(part) for part in inside.split("/")) or any(matches(inside, p) for p in self.paths)


def list_folder(folder: str, excluded: Exclusion) -> list[str]:
    """The Python files and notebooks below *folder*, sorted."""
    listed = _by_git(folder, excluded) if _in_checkout(folder) else None
    return sorted(listed if listed is not None else _walk(folder, excluded))


def _in_checkout(folder: str) -> bool:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent


def _by_git(folder: str, excluded: Exclusion) -> list[str] | None:
    """What git tracks or does not ignore below *folder*; None where git does not say."""
    import subprocess

    command = ["git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    environment = {key: value for key, value in os.environ.items() if key not in _GIT_VARIABLES}
    try:
        done = subprocess.run(command, capture_output=True, env=environment, check=False, stdin=subprocess.DEVNULL)
    except OSError:
        return None
    if done.returncode != 0:
        return None
    names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    if not names and _is_ignored(folder, environment):
        return None  # asked for by name, so it is wanted: walked instead
    found: dict[str, None] = {}
    for name in names:
        path = os.path.join(folder, *name.split("/"))
        if name.endswith(SUFFIXES):
            if os.path.isfile(path) and not excluded.path(path):
                found[path] = None
        elif name.endswith("/") or "." not in name.rpartition("/")[2]:
            # A checkout inside this one: git names it and looks no further.
            inner = path.rstrip(os.sep)
            if os.path.isdir(inner) and not os.path.islink(inner) and not excluded.path(inner):
                found.update(dict.fromkeys(list_folder(inner, excluded)))
    return list(found)


def _is_ignored(folder: str, environment: dict[str, str]) -> bool:
    import subprocess

    command = ["git", "-C", folder, "check-ignore", "-q", "."]
    done = subprocess.run(command, capture_output=True, env=environment, check=False, stdin=subprocess.DEVNULL)
    return done.returncode == 0


# without git

_Ignored = "tuple[str, Callable[[str], bool]]"


def _walk(folder: str, excluded: Exclusion) -> Iterator[str]:
    """Written for speed: a large tree has tens of thousands of entries, and all but a few are passed over."""
    pending: list[tuple[str, tuple[Any, ...]]] = [(folder, _ignores_above(folder, excluded.root))]
    while pending:
        current, ignores = pending.pop()
        files, folders, special = _entries(current)
        if special:
            if "pyvenv.cfg" in special and current != folder:
                continue
            if ".gitignore" in special:
                ignores = (*ignores, *_ignore_file(current))
        pending += [(e.path, ignores) for e in folders if not _left_out(e, ignores, excluded, is_folder=True)]
        for entry in files:
            if not _left_out(entry, ignores, excluded, is_folder=False):
                yield entry.path


def _entries(folder: str) -> tuple[list[os.DirEntry[str]], list[os.DirEntry[str]], list[str]]:
    """The sources, the folders, and the files that say how to treat them, right below *folder*."""
    files: list[os.DirEntry[str]] = []
    folders: list[os.DirEntry[str]] = []
    special: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name.endswith(SUFFIXES) and _is_file(entry):
                    files.append(entry)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry)
                elif name in {".gitignore", "pyvenv.cfg"}:
                    special.append(name)
    except OSError:
        pass  # what cannot be listed holds nothing for us
    return files, folders, special


def _left_out(entry: os.DirEntry[str], ignores: tuple[Any, ...], excluded: Exclusion, *, is_folder: bool) -> bool:
    name = entry.name
    if name in excluded.names or (excluded.name_pattern is not None and excluded.name_pattern.match(name)):
        return True
    if excluded.paths and excluded.path(entry.path):
        return True
    return bool(ignores) and _ignored(entry.path, ignores, is_folder=is_folder)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads nowhere, or round in circles
        return False


def _ignored(path: str, ignores: tuple[Any, ...], *, is_folder: bool) -> bool:
    """Whether the last `.gitignore` with an opinion on *path* leaves it out."""
    verdict = False
    for base, spec in ignores:
        inside = os.path.relpath(path, base).replace(os.sep, "/") + ("/" if is_folder else "")
        result = spec.check_file(inside)
        if result.include is not None:
            verdict = bool(result.include)
    return verdict


def _ignore_file(folder: str) -> tuple[Any, ...]:
    import pathspec

    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="surrogateescape") as lines:
            return ((folder, pathspec.GitIgnoreSpec.from_lines(lines)),)
    except (OSError, ValueError):
        return ()


def _ignores_above(folder: str, root: str) -> tuple[Any, ...]:
    """The `.gitignore` files between the root and *folder*."""
    found: list[Any] = []
    while folder != root and folder.startswith(root):
        folder = os.path.dirname(folder)
        if os.path.isfile(os.path.join(folder, ".gitignore")):
            found[:0] = _ignore_file(folder)
    return tuple(found)
