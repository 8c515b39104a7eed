"""An import as it is written, and the file that writes it -> the file or folder that it names.

No `sys.path` is known and none is needed: a dotted name is looked for from the importing file's own folders
upwards, in each folder itself and in its `src`. That covers flat and src layouts, namespace packages, scripts
beside their modules, and several projects in one repository, where each finds its own.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Roots:
    """Where dotted names are looked for, below *root* only."""

    def __init__(self, root: str, src: Sequence[str] = ()) -> None:
        self.root = root
        self.extra = tuple(os.path.normpath(os.path.join(root, folder)) for folder in src)
        self._is_file = lru_cache(maxsize=None)(os.path.isfile)
        self._is_folder = lru_cache(maxsize=None)(os.path.isdir)
        self._search = lru_cache(maxsize=None)(self._search_uncached)
        self._find = lru_cache(maxsize=None)(self._find_uncached)

    def find(self, dotted: str, importer: str, level: int = 0) -> str | None:
        """The file (or folder, for a package without `__init__`) of *dotted* as *importer* sees it."""
        return self._find(dotted, os.path.dirname(importer), level)

    def _find_uncached(self, dotted: str, folder: str, level: int) -> str | None:
        parts = dotted.split(".") if dotted else []
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self.below(folder, parts)
        fallback = None
        for base in self._search(folder):
            found = self.below(base, parts)
            if found is not None and found.endswith((".py", ".pyi", ".ipynb")):
                return found
            fallback = fallback or found
        return fallback

    def below(self, folder: str, parts: Sequence[str]) -> str | None:
        """The module *parts* below *folder*: a file, or a folder that is a package without `__init__`."""
        for index, part in enumerate(parts):
            nested = os.path.join(folder, part)
            if index == len(parts) - 1 and not self._is_file(os.path.join(nested, "__init__.py")):
                if self._is_file(nested + ".py"):
                    return nested + ".py"
                if self._is_file(nested + ".pyi"):
                    return nested + ".pyi"
            if not self._is_folder(nested):
                return None
            folder = nested
        package = os.path.join(folder, "__init__.py")
        return package if self._is_file(package) else folder

    def submodule(self, module: str, name: str) -> str | None:
        """The module *name* inside the package *module*; None if *module* is no package."""
        if os.path.basename(module) == "__init__.py":
            return self.below(os.path.dirname(module), [name])
        return self.below(module, [name]) if self._is_folder(module) else None

    def _search_uncached(self, folder: str) -> tuple[str, ...]:
        """Folders that may hold top-level modules; packages last: scripts inside them do import so."""
        plain: list[str] = []
        packages: list[str] = []
        for above in self._upwards(folder):
            is_package = self._is_file(os.path.join(above, "__init__.py"))
            (packages if is_package else plain).append(above)
            if self._is_folder(os.path.join(above, "src")):
                plain.append(os.path.join(above, "src"))
        return tuple(dict.fromkeys([*self.extra, *plain, *packages]))

    def _upwards(self, folder: str) -> Iterator[str]:
        while True:
            yield folder
            parent = os.path.dirname(folder)
            if folder == self.root or parent == folder or not folder.startswith(self.root):
                return
            folder = parent

    def dotted_names(self, path: str) -> Iterator[str]:
        """Every dotted name that *path* may go by, the longest last."""
        parts = os.path.splitext(os.path.relpath(path, self.root))[0].split(os.sep)
        if parts[-1] == "__init__":
            parts.pop()
        for start in range(len(parts) - 1, -1, -1):
            yield ".".join(parts[start:])
