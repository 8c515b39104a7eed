"""An import as it is written, and the file that writes it -> the file or folder that it names.

No `sys.path` is known and none is needed: a dotted name is looked for from the importing file's own folders
upwards, in each folder itself and in its `src`. That covers flat and src layouts, namespace packages, scripts
beside their modules, and several projects in one repository, where each finds its own.
"""

from __future__ import annotations

import os
from functools import lru_cache

from tgsession_lint.root import up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_SOURCES = frozenset({"py", "pyi"})
_NO_MODULES = frozenset({"", "__init__", "__pycache__"})


class Roots:
    """Where dotted names are looked for, below *root* only."""

    def __init__(self, root: str, src: Sequence[str] = ()) -> None:
        self.root = root
        self.extra = tuple(os.path.normpath(os.path.join(root, folder)) for folder in src)
        self._names = lru_cache(maxsize=None)(_names_in)
        self._inside = lru_cache(maxsize=None)(self._submodules_uncached)
        self._search = lru_cache(maxsize=None)(self._search_uncached)
        self._find = lru_cache(maxsize=None)(self._find_uncached)

    def find(self, dotted: str, importer: str, level: int = 0) -> str | None:
        """The file (or folder, for a package without `__init__`) of *dotted* as *importer* sees it."""
        return self._find(dotted, os.path.dirname(importer), level)

    def find_from(self, folder: str, dotted: str, level: int = 0) -> str | None:
        """The same as a file in *folder* sees it."""
        return self._find(dotted, folder, level)

    def _find_uncached(self, dotted: str, folder: str, level: int) -> str | None:
        parts = dotted.split(".") if dotted else []
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self.below(folder, parts)
        fallback = None
        first = parts[0] if parts else ""
        forms = (first, f"{first}.py", f"{first}.pyi")
        for base in self._search(folder):
            # Most imports are of something outside the project: one look at what the folder holds tells.
            if first and self._names(base).isdisjoint(forms):
                continue
            found = self.below(base, parts)
            if found is not None and found.endswith((".py", ".pyi", ".ipynb")):
                return found
            fallback = fallback or found
        return fallback

    def below(self, folder: str, parts: Sequence[str]) -> str | None:
        """The module *parts* below *folder*: a file, or a folder that is a package without `__init__`."""
        for part in parts[:-1]:
            if part not in self._names(folder):
                return None
            folder = f"{folder}{os.sep}{part}"
        return self._module(folder, parts[-1]) if parts else self._package(folder)

    def _module(self, folder: str, name: str) -> str | None:
        """The module *name* right below *folder*; a package comes before a file of the same name."""
        names = self._names(folder)
        nested = f"{folder}{os.sep}{name}"
        if name in names and "__init__.py" in self._names(nested):
            return f"{nested}{os.sep}__init__.py"
        for suffix in (".py", ".pyi"):
            if name + suffix in names:
                return nested + suffix
        return nested if name in names and os.path.isdir(nested) else None

    def _package(self, folder: str) -> str:
        return f"{folder}{os.sep}__init__.py" if "__init__.py" in self._names(folder) else folder

    @staticmethod
    def is_package(module: str) -> bool:
        """Whether *module* has modules inside: an `__init__`, or a folder without one."""
        return module.endswith(f"{os.sep}__init__.py") or not module.endswith((".py", ".pyi", ".ipynb"))

    def submodule(self, module: str, name: str) -> str | None:
        """The module *name* inside the package *module*; None if *module* is no package."""
        folder, _, last = module.rpartition(os.sep)
        if last == "__init__.py":
            return self._module(folder, name)
        return None if last.endswith((".py", ".pyi", ".ipynb")) else self._module(module, name)

    def submodules(self, package: str) -> tuple[tuple[str, bytes, str | None], ...]:
        """What may be a module right inside *package*: its name, how that stands behind another, and its file.

        Where there is a folder of the name the file is None: `submodule` looks into it, if anybody asks.
        """
        return self._inside(package)

    def _submodules_uncached(self, package: str) -> tuple[tuple[str, bytes, str | None], ...]:
        folder = package.removesuffix(f"{os.sep}__init__.py")
        names = self._names(folder)
        found: dict[str, str | None] = {}
        for entry in sorted(names):
            name, _, suffix = entry.partition(".")
            if suffix in _SOURCES and name not in names:
                found.setdefault(name, f"{folder}{os.sep}{entry}")
            elif name == entry:
                found[name] = None
        return tuple((name, b"." + os.fsencode(name), file) for name, file in found.items() if name not in _NO_MODULES)

    def _search_uncached(self, folder: str) -> tuple[str, ...]:
        """Folders that may hold top-level modules; packages last: scripts inside them do import so."""
        plain: list[str] = []
        packages: list[str] = []
        for above in self._upwards(folder):
            names = self._names(above)
            (packages if "__init__.py" in names else plain).append(above)
            if "src" in names:
                plain.append(os.path.join(above, "src"))
        return tuple(dict.fromkeys([*self.extra, *plain, *packages]))

    def _upwards(self, folder: str) -> Iterator[str]:
        for above in up(folder):
            yield above
            if above == self.root or not above.startswith(self.root):
                return

    def dotted_names(self, path: str) -> Iterator[str]:
        """Every dotted name that *path* may go by, the longest last."""
        parts = os.path.splitext(os.path.relpath(path, self.root))[0].split(os.sep)
        if parts[-1] == "__init__":
            parts.pop()
        for start in range(len(parts) - 1, -1, -1):
            yield ".".join(parts[start:])


def _names_in(folder: str) -> frozenset[str]:
    """What *folder* holds; one listing is cheaper than asking for file after file."""
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()
