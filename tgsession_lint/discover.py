"""Paths -> the files to lint, and the files of the whole project.

Inside a git checkout git itself says what counts: what it tracks or does not ignore. Elsewhere the folders are walked,
and their `.gitignore` files are honoured.
"""

from __future__ import annotations

import os
import re
from copy import copy
from dataclasses import dataclass, field
from fnmatch import translate
from typing import TYPE_CHECKING, Any, Literal

from tgsession_lint import checkouts
from tgsession_lint.config import forms, is_name, matches
from tgsession_lint.finding import Problem
from tgsession_lint.root import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tgsession_lint.config import Config

_GLOB = re.compile(r"[*?\[]")


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
    files: set[str] = set()
    paths = {os.path.normpath(os.path.join(cwd, target)): os.fspath(target) for target in targets}
    folders = [path for path in paths if os.path.isdir(path)]
    if len(folders) > 1 and all(is_below(folder, excluded.root) for folder in folders):
        found.listed[excluded.root] = list_folder(excluded.root, excluded, found.problems)  # git is asked once, not for each
    for path, shown in paths.items():
        if path in folders:
            files.update(_in_folder(path, excluded, found))
        elif os.path.lexists(path):
            _add_file(path, shown, excluded, files, found)
        elif _GLOB.search(path):
            _add_glob(path, shown, excluded, files, found)
        else:
            found.problems.append(Problem(shown, "there is no such file or folder"))
    found.files = sorted(files)
    return found


def _in_folder(folder: str, excluded: Exclusion, found: Discovery) -> Sequence[str]:
    if folder not in found.listed:
        whole = found.listed.get(excluded.root, ())
        inside = [path for path in whole if is_below(path, folder)]
        # Nothing below it: it may be ignored or excluded as a part of the whole, and wanted when named.
        found.listed[folder] = inside or list_folder(folder, excluded.below(folder), found.problems)
    return found.listed[folder]


def is_below(path: str, folder: str) -> bool:
    """Whether *path* is *folder* or anything below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def project_files(config: Config, listed: dict[str, list[str]] | None = None) -> list[str]:
    """Every file below the root: the context that names are resolved in."""
    root = os.fspath(config.root)
    known = (listed or {}).get(root)
    return known if known is not None else list_folder(root, Exclusion(config))


def _add_file(path: str, shown: str, excluded: Exclusion, files: set[str], found: Discovery) -> None:
    if not os.path.isfile(path):
        found.problems.append(Problem(shown, "this is no plain file"))
    elif not (excluded.forced and excluded.path(path)):
        files.add(path)


def _add_glob(pattern: str, shown: str, excluded: Exclusion, files: set[str], found: Discovery) -> None:
    import glob

    matched = [path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path) and path.endswith(SUFFIXES)]
    if not matched:
        found.problems.append(Problem(shown, "no file matches"))
    files.update(path for path in matched if not excluded.path(path))


class Exclusion:
    """What `exclude` and `extend-exclude` leave out; a name is looked up before a pattern is tried."""

    def __init__(self, config: Config) -> None:
        patterns = (*config.exclude, *config.extend_exclude)
        self.root = os.fspath(config.base)
        self.forced = config.force_exclude
        names = [p.removeprefix("./").rstrip("/").rpartition("/")[2] for p in patterns if is_name(p)]
        self.names = frozenset(name for name in names if not _GLOB.search(name))
        self.name_pattern = _any_of(name for name in names if _GLOB.search(name))
        self.paths = tuple(p for p in patterns if not is_name(p))
        self.path_pattern = _any_of(form for p in self.paths for form in forms(p))
        self.asked = ""
        """The folder that was named, with a `/`: what leaves it out itself is not asked below it."""

    def below(self, folder: str) -> Exclusion:
        """The same for what is below *folder*, which was named and so is wanted."""
        if self.forced or folder == self.root or not is_below(folder, self.root):
            return self
        own = copy(self)
        inside = self._inside(folder)
        own.asked = f"{inside}/"
        own.paths = tuple(p for p in self.paths if not matches(inside, p) and not matches(f"{inside}/\0", p))
        own.path_pattern = _any_of(form for p in own.paths for form in forms(p))
        return own

    def _inside(self, path: str) -> str:
        return path[len(self.root.rstrip(os.sep)) + 1 :].replace(os.sep, "/")

    def entry(self, entry: os.DirEntry[str]) -> bool:
        """Whether a file or folder, in a folder that is not left out, is left out itself."""
        return self.name(entry.name) or (self.path_pattern is not None and self.by_path(entry.path))

    def name(self, name: str) -> bool:
        """Whether a file or folder of this name is left out wherever it stands."""
        return name in self.names or (self.name_pattern is not None and self.name_pattern.match(name) is not None)

    def by_path(self, path: str) -> bool:
        """Whether *path* is left out by a pattern about paths."""
        pattern = self.path_pattern
        return pattern is not None and is_below(path, self.root) and pattern.match(self._inside(path)) is not None

    def path(self, path: str) -> bool:
        """Whether *path* is left out, by itself or by a folder on the way."""
        if not is_below(path, self.root):
            return False
        names = self._inside(path).removeprefix(self.asked).split("/")
        return any(self.name(part) for part in names) or self.by_path(path)

    def path_below(self, folder: str, path: str) -> bool:
        """Whether *path* is left out for something below *folder*, which itself was asked for."""
        below = path[len(folder) :].strip(os.sep).split(os.sep)
        return any(self.name(part) for part in below) or self.by_path(path)


def _any_of(globs: Iterable[str]) -> re.Pattern[str] | None:
    return re.compile(either) if (either := "|".join(map(translate, globs))) else None


def list_folder(folder: str, excluded: Exclusion, problems: list[Problem] | None = None) -> list[str]:
    """The Python files and notebooks below *folder*, sorted; what cannot be looked into is added to *problems*."""
    if excluded.forced and excluded.path(folder):
        return []
    problems = [] if problems is None else problems
    known = checkouts.tracked(folder) if checkouts.is_checkout(folder) else None
    if known is not None:
        found = _by_git(folder, known, excluded, problems)
        if found or not checkouts.is_ignored(folder):
            return sorted(found)
        # asked for by name although git ignores it, so it is wanted
    return sorted(_walk(folder, excluded, problems))


def _entries(folder: str, problems: list[Problem]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []  # it has just gone
    except OSError as error:
        problems.append(Problem(folder, f"the folder cannot be read: {error.strerror}"))
        return []


def _kind(entry: os.DirEntry[str], *, is_source: bool) -> Literal["file", "folder", ""]:
    """What is worth a look: a source file, be it behind a link, or a folder that is none."""
    try:
        if is_source and entry.is_file():
            return "file"
        return "folder" if entry.is_dir(follow_symlinks=False) else ""
    except OSError:  # a loop of links
        return ""


# in a checkout


def _by_git(top: str, known: checkouts.Tracked, excluded: Exclusion, problems: list[Problem]) -> set[str]:
    """What git tracks or does not ignore below *top*, and is there.

    Folders are listed here rather than by git, which takes five times as long to look for what is new. It is asked
    only about files and folders that it does not track, and that nothing else leaves out.
    """
    found: set[str] = set()
    unknown: set[str] = set()
    pending = [(top, "")]
    while pending:
        current, inside = pending.pop()
        for entry in _entries(current, problems):
            name = entry.name
            is_source = name.endswith(SUFFIXES)
            kind = _kind(entry, is_source=is_source)
            if not kind or excluded.entry(entry):
                continue
            relative = inside + name
            if kind == "folder" and relative in known.folders:
                pending.append((entry.path, relative + "/"))
            elif relative not in known.files:
                if kind == "file" or not _is_environment(entry.path):
                    unknown.add(relative)
            elif kind == "file":
                found.add(entry.path)
            else:  # a submodule
                found.update(list_folder(entry.path, excluded, problems))
    if unknown:
        found.update(_new(top, checkouts.not_ignored(top, unknown), excluded, problems))
    return found


def _new(top: str, names: Iterable[str], excluded: Exclusion, problems: list[Problem]) -> Iterator[str]:
    for name in names:
        path = os.path.join(top, *name.split("/"))
        if excluded.path_below(top, path):
            continue
        if name.endswith("/"):
            yield from list_folder(path.rstrip(os.sep), excluded, problems)
        elif name.endswith(SUFFIXES) and os.path.isfile(path):
            yield path


def _is_environment(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "pyvenv.cfg"))


# elsewhere


def _walk(top: str, excluded: Exclusion, problems: list[Problem]) -> Iterator[str]:
    above = _ignores_above(top, excluded.root)
    if above and _ignored(top, above, is_folder=True):
        above = ()  # asked for by name, so it is wanted
    pending: list[tuple[str, tuple[Any, ...]]] = [(top, above)]
    while pending:
        current, ignores = pending.pop()
        entries = _entries(current, problems)
        names = {entry.name for entry in entries}
        if current != top and ("pyvenv.cfg" in names or ".git" in names):
            if ".git" in names:
                yield from list_folder(current, excluded, problems)
            continue
        if ".gitignore" in names:
            ignores = (*ignores, *_ignore_file(current))
        for entry in entries:
            name = entry.name
            kind = _kind(entry, is_source=name.endswith(SUFFIXES))
            if not kind or excluded.entry(entry):
                continue
            if ignores and _ignored(entry.path, ignores, is_folder=kind == "folder"):
                continue
            if kind == "folder":
                pending.append((entry.path, ignores))
            else:
                yield entry.path


def _ignored(path: str, ignores: tuple[Any, ...], *, is_folder: bool) -> bool:
    """Whether the last `.gitignore` with an opinion on *path* leaves it out."""
    verdict = False
    for base, spec in ignores:
        inside = path[len(base.rstrip(os.sep)) + 1 :].replace(os.sep, "/") + ("/" if is_folder else "")
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
    while folder != root and is_below(folder, root):
        folder = os.path.dirname(folder)
        if os.path.isfile(os.path.join(folder, ".gitignore")):
            found[:0] = _ignore_file(folder)
    return tuple(found)
