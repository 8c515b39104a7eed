"""What `exclude` and `extend-exclude` leave out."""

from __future__ import annotations

import os

from tgsession_lint.globs import DEFAULT_EXCLUDE, forms, is_name, matches
from tgsession_lint.root import is_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Protocol

    class Settings(Protocol):
        """The settings that say what is left out, from which folder on."""

        @property
        def root(self) -> Path | str: ...  # noqa: D102 - `Config` says it
        @property
        def base(self) -> Path | str: ...  # noqa: D102
        @property
        def exclude(self) -> tuple[str, ...]: ...  # noqa: D102
        @property
        def extend_exclude(self) -> tuple[str, ...]: ...  # noqa: D102
        @property
        def force_exclude(self) -> bool: ...  # noqa: D102


class Defaults:
    """The settings of a project that has none: `Config` takes ten times as long to import as this module."""

    exclude = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude = False

    def __init__(self, root: str) -> None:
        self.root = self.base = root


class Exclusion:
    """What the settings leave out; a name is looked up before a pattern is tried."""

    def __init__(self, settings: Settings) -> None:
        patterns = (*settings.exclude, *settings.extend_exclude)
        self.root = os.fspath(settings.base)
        self.forced = settings.force_exclude
        names = [p.removeprefix("./").rstrip("/").rpartition("/")[2] for p in patterns if is_name(p)]
        self.names = frozenset(name for name in names if not is_glob(name))
        # `*.egg-info` and its like need no regex: importing `re` and compiling one is a tenth of a short run.
        self.endings = tuple(name[1:] for name in names if name.startswith("*") and not is_glob(name[1:]))
        self.name_pattern = _any_of(name for name in names if is_glob(name) and name[1:] not in self.endings)
        self.paths = tuple(p for p in patterns if not is_name(p))
        self.path_pattern = _any_of(form for p in self.paths for form in forms(p))
        self.asked = ""
        """The folder that was named, with a `/`: what leaves it out itself is not asked below it."""

    def below(self, folder: str) -> Exclusion:
        """The same for what is below *folder*, which was named and so is wanted."""
        if self.forced or folder == self.root or not is_below(folder, self.root):
            return self
        from copy import copy

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
        if name in self.names or name.endswith(self.endings):
            return True
        return self.name_pattern is not None and self.name_pattern.match(name) is not None

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


def is_glob(text: str) -> bool:
    """Whether *text* means more than itself."""
    return "*" in text or "?" in text or "[" in text


def _any_of(globs: Iterable[str]) -> re.Pattern[str] | None:
    wanted = list(globs)
    if not wanted:
        return None
    import re
    from fnmatch import translate

    return re.compile("|".join(map(translate, wanted)))
