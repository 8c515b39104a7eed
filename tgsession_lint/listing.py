"""A folder -> the Python files and notebooks below it.

Inside a git checkout git itself says what counts: what it tracks or does not ignore. Elsewhere the folders are walked,
and their `.gitignore` files are honoured.
"""

from __future__ import annotations

import os

from tgsession_lint.root import SUFFIXES, is_below, up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Literal

    from tgsession_lint.checkouts import Tracked
    from tgsession_lint.exclusion import Exclusion
    from tgsession_lint.finding import Problem
    from tgsession_lint.search import Ahead

# What changes how a folder is read: an environment, a checkout inside, patterns of what to leave out; and settings.
_MARKS = frozenset({"pyvenv.cfg", ".git", ".gitignore", "pyproject.toml"})
_OWN = frozenset({".git", "pyproject.toml"})


class Notes:
    """What was met on the way: what could not be looked into, and folders that may be projects of their own."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.projects: list[str] = []

    def problem(self, path: str, message: str) -> None:
        """Note that *path* could not be followed."""
        from tgsession_lint.finding import Problem

        self.problems.append(Problem(path, message))


def list_folder(folder: str, excluded: Exclusion, notes: Notes | None = None, ahead: Ahead | None = None) -> list[str]:
    """The Python files and notebooks below *folder*, sorted; what is met on the way is added to *notes*.

    Whoever looks *ahead* is told of what has been found as soon as it is enough.
    """
    if excluded.forced and excluded.path(folder):
        return []
    notes = notes or Notes()
    if is_checkout(folder):
        from tgsession_lint import checkouts

        known = checkouts.tracked(folder)
        if known is not None:
            found = _by_git(folder, known, excluded, notes, ahead)
            if found or not checkouts.is_ignored(folder):
                return sorted(found)
            # asked for by name although git ignores it, so it is wanted
    return sorted(_walk(folder, excluded, notes, ahead))


def is_checkout(folder: str) -> bool:
    """Whether *folder* is in a git checkout."""
    return any(os.path.exists(os.path.join(above, ".git")) for above in up(folder))


def _entries(folder: str, notes: Notes) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []  # it has just gone
    except OSError as error:
        notes.problem(folder, f"the folder cannot be read: {error.strerror}")
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


def _by_git(top: str, known: Tracked, excluded: Exclusion, notes: Notes, ahead: Ahead | None) -> dict[str, None]:
    """What git tracks or does not ignore below *top*, and is there.

    Folders are listed here rather than by git, which takes five times as long to look for what is new. It is asked
    only about files and folders that it does not track, and that nothing else leaves out.
    """
    from tgsession_lint import checkouts

    found: dict[str, None] = {}
    unknown: set[str] = set()
    pending = [(top, "")]
    while pending:
        if ahead is not None and len(found) >= ahead.enough:
            ahead.take(list(found))
        current, inside = pending.pop()
        entries = _entries(current, notes)
        if not _OWN.isdisjoint([entry.name for entry in entries]):
            notes.projects.append(current)
        for entry in entries:
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
                found[entry.path] = None
            else:  # a submodule
                found.update(dict.fromkeys(list_folder(entry.path, excluded, notes)))
    if unknown:
        found.update(dict.fromkeys(_new(top, checkouts.not_ignored(top, unknown), excluded, notes)))
    return found


def _new(top: str, names: Iterable[str], excluded: Exclusion, notes: Notes) -> Iterator[str]:
    for name in names:
        path = os.path.join(top, *name.split("/"))
        if excluded.path_below(top, path):
            continue
        if name.endswith("/"):
            yield from list_folder(path.rstrip(os.sep), excluded, notes)
        elif name.endswith(SUFFIXES) and os.path.isfile(path):
            notes.projects.append(os.path.dirname(path))  # which was listed by git, not here
            yield path


def _is_environment(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "pyvenv.cfg"))


# elsewhere


def _walk(top: str, excluded: Exclusion, notes: Notes, ahead: Ahead | None) -> list[str]:
    """The files below *top* that nothing leaves out.

    One loop over all entries: a call for each would be a third of the time.
    """
    found: list[str] = []
    above = _ignores_above(top, excluded.root)
    if above and _ignored(top, above, is_folder=True):
        above = ()  # asked for by name, so it is wanted
    names, endings = excluded.names, excluded.endings
    with_patterns = excluded.name_pattern is not None or excluded.path_pattern is not None
    pending = [(top, above)]
    while pending:
        if ahead is not None and len(found) >= ahead.enough:
            ahead.take(found)
        current, ignores = pending.pop()
        entries = _entries(current, notes)
        marks = _MARKS.intersection([entry.name for entry in entries])
        if marks:
            if not _OWN.isdisjoint(marks):
                notes.projects.append(current)
            if current != top and ".git" in marks:
                found.extend(list_folder(current, excluded, notes))
            if current != top and ("pyvenv.cfg" in marks or ".git" in marks):
                continue
            if ".gitignore" in marks:
                ignores = (*ignores, _Ignore(current))
        for entry in entries:
            name = entry.name
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                # A source may be behind a link; everything else that is no folder is of no interest.
                if not is_folder and not (name.endswith(SUFFIXES) and entry.is_file()):
                    continue
            except OSError:  # a loop of links
                continue
            if name in names or name.endswith(endings) or (with_patterns and excluded.entry(entry)):
                continue
            path = entry.path
            if ignores and _ignored(path, ignores, is_folder=is_folder):
                continue
            if is_folder:
                pending.append((path, ignores))
            else:
                found.append(path)
    return found


class _Ignore:
    """The `.gitignore` of one folder, read when something there is to be judged.

    Many a `.gitignore` keeps an otherwise empty folder, and importing pathspec takes as long as listing a thousand.
    """

    def __init__(self, folder: str) -> None:
        self._start = len(folder.rstrip(os.sep)) + 1
        self._file = os.path.join(folder, ".gitignore")
        self._spec: Any = None
        self._read = False

    def opinion(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether *path* is left out; None if nothing is said of it."""
        if not self._read:
            self._spec, self._read = _patterns(self._file), True
        if self._spec is None:
            return None
        inside = path[self._start :].replace(os.sep, "/") + ("/" if is_folder else "")
        include = self._spec.check_file(inside).include
        return None if include is None else bool(include)


def _patterns(file: str) -> Any:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            said = [line for line in lines if line.strip() and not line.startswith("#")]
    except (OSError, ValueError):
        return None
    if not said:
        return None
    import pathspec

    try:
        return pathspec.GitIgnoreSpec.from_lines(said)
    except ValueError:
        return None


def _ignored(path: str, ignores: Iterable[_Ignore], *, is_folder: bool) -> bool:
    """Whether the last `.gitignore` with an opinion on *path* leaves it out."""
    verdict = False
    for ignore in ignores:
        opinion = ignore.opinion(path, is_folder=is_folder)
        verdict = verdict if opinion is None else opinion
    return verdict


def _ignores_above(folder: str, root: str) -> tuple[_Ignore, ...]:
    """The `.gitignore` files between the root and *folder*."""
    found: list[_Ignore] = []
    while folder != root and is_below(folder, root):
        folder = os.path.dirname(folder)
        if os.path.isfile(os.path.join(folder, ".gitignore")):
            found.insert(0, _Ignore(folder))
    return tuple(found)
