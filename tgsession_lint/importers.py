"""The files that matter -> the files that import from them, by one reading of the project."""

from __future__ import annotations

import os
from functools import cached_property

from tgsession_lint import parallel
from tgsession_lint.edges import edges
from tgsession_lint.hints import hints
from tgsession_lint.imports import imports
from tgsession_lint.search import ENOUGH_FILES, SHARE, any_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tgsession_lint.edges import Edge
    from tgsession_lint.imports import Imported
    from tgsession_lint.mentions import Mentions
    from tgsession_lint.modules import Roots


class Reach:
    """The files that a mention can be imported into, and by which imports.

    `importers`: imported file -> the files that import it, and the names that each takes; None for the module or all.
    `files`: every file that imports, over however many hops, one that mentions a client.
    """

    def __init__(self, importers: dict[str, list[Edge]], hinting: list[str]) -> None:
        self.importers = importers
        self.hinting = hinting
        self.files = {importer for found in importers.values() for importer, _ in found}


class Survey:
    """One reading of the whole project, begun beside what this process does meanwhile.

    Each file is asked whether it hints at something, and what it imports if it can import a file that mentions a client:
    whoever does has to write its name. Files that only import one of those are found by another, smaller reading.
    """

    def __init__(self, known: Mentions, seeds: set[str] | None) -> None:
        """Begin with *seeds*, or, if not all of them are known yet, with looking for the others."""
        self._known = known
        self._places: dict[str, tuple[bool, bool]] = {}
        if seeds is not None:
            self._settle(seeds)
        enough = len(known.files) >= ENOUGH_FILES
        before = self._search if seeds is None else None
        self._reading = parallel.Shared(self._read, known.files, fork=enough, size=SHARE, before=before)

    def _search(self) -> list[str]:
        seeds = self._known.searched()
        self._settle(seeds)
        return list(seeds)

    def _settle(self, seeds: set[str]) -> None:
        self._seeds = seeds
        self._units = {self._known.unit(seed) for seed in seeds}
        self._names = _Names(self._known.roots)
        self._names.add(seeds)

    def seeds(self) -> set[str]:
        """The files that mention a client, where it fell to this survey to find them; asked once."""
        seeds = set(self._reading.prepared())
        self._settle(seeds)
        return seeds

    def runs(self) -> bool:
        """Whether another process is still at it."""
        return self._reading.child_works()

    def abandon(self) -> None:
        """End whatever still runs beside this process."""
        self._reading.abandon()

    def reach(self) -> Reach:
        """Where the mentions are imported; waits for the reading."""
        hinting: list[str] = []
        edges_of: dict[str, list[Edge]] = {}
        for share, found in self._reading.results():
            hinting += share
            edges_of.update(found)
        return Reach(self._importers(edges_of), hinting)

    def _importers(self, edges_of: dict[str, list[Edge]]) -> dict[str, list[Edge]]:
        importers: dict[str, list[Edge]] = {}
        reached, frontier = set(self._seeds), set(self._seeds)
        while frontier:
            new: set[str] = set()
            for path, found in edges_of.items():
                for target, names in found:
                    if target in frontier and target != path:
                        importers.setdefault(target, []).append((path, names))
                        if path not in reached:
                            new.add(path)
            edges_of.update(self._read_again(new, edges_of))
            reached |= new
            frontier = new
        return importers

    def _read_again(self, new: set[str], edges_of: dict[str, list[Edge]]) -> dict[str, list[Edge]]:
        """What those import that write the name of a *new* file, and none that was looked for before."""
        fresh: dict[str, list[Edge]] = {}
        if not new:
            return fresh
        self._names.add(new)
        for folder, paths in self._by_folder.items():
            if not self._names.fresh(folder):
                continue
            for path in paths:
                found = self._edges(folder, path, self._known.read(path)) if path not in edges_of else None
                if found is not None:
                    fresh[path] = found
        return fresh

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._known.files:
            found.setdefault(os.path.dirname(path), []).append(path)
        return found

    def _read(self, paths: Sequence[str]) -> tuple[list[str], dict[str, list[Edge]]]:
        """Those of *paths* that hint at something, and what those import that can import a mention."""
        hinting: list[str] = []
        edges_of: dict[str, list[Edge]] = {}
        for path in paths:
            data = self._known.read(path)
            folder = os.path.dirname(path)
            in_unit, nearby = self._place(folder, path)
            if in_unit and path not in self._seeds and hints(data, nearby=nearby):
                hinting.append(path)
            found = self._edges(folder, path, data)
            if found is not None:
                edges_of[path] = found
        return hinting, edges_of

    def _place(self, folder: str, path: str) -> tuple[bool, bool]:
        """Whether the files of *folder*, *path* for one, share a project with a mention, and whether they are near it."""
        if folder not in self._places:
            in_unit = self._known.unit(path) in self._units
            self._places[folder] = in_unit, in_unit and self._known.near(path)
        return self._places[folder]

    def _edges(self, folder: str, path: str, data: bytes) -> list[Edge] | None:
        """What *path*, in *folder*, imports from, if it writes one of the names that are looked for."""
        if not any_of(self._names.fresh(folder), data):
            return None
        found = imports(data)
        # A name may be a common word: following all imports of each file that has it would cost a third as much again.
        return list(edges(self._known.roots, path, found, data)) if self._names.lead(folder, found) else None


# How a file begins to import from its own package; other blanks than one space are rare, but Python's.
_FROM_HERE = (b"from .", b"from.", b"from  ", b"from\t", b"from\f", b"from\\")


class _Names:
    """What a file has to write to import from the modules reached so far, by its top folder.

    From outside the import has to pass through the top folder of the module, unless that is itself a place to import from.
    """

    def __init__(self, roots: Roots) -> None:
        self._root = roots.root.rstrip(os.sep) + os.sep
        self._import_roots = {"src", "", *(self._top(os.path.join(folder, "x")) for folder in roots.extra)}
        self._pairs: set[tuple[str, bytes, bool]] = set()
        """A top folder, a name, and whether it is to be written inside that folder or outside."""
        self._new: set[tuple[str, bytes, bool]] = set()
        self._fresh: dict[str, tuple[bytes, ...]] = {}
        self._tops: frozenset[str] | None = None

    def add(self, modules: Collection[str]) -> None:
        """Look for the importers of *modules*: `fresh` gives what was not looked for before."""
        pairs: set[tuple[str, bytes, bool]] = set()
        for path in modules:
            top = self._top(path)
            names = _stems(path)
            pairs.update((top, name, True) for name in names)
            pairs.update((top, name, False) for name in (names if top in self._import_roots else {os.fsencode(top)}))
        self._new = pairs - self._pairs
        self._pairs |= pairs
        self._fresh.clear()
        tops = {top for top, _, _ in self._new}
        self._tops = None if tops & self._import_roots else frozenset(tops)

    def fresh(self, folder: str) -> tuple[bytes, ...]:
        """The names to look for in the files right in *folder* that were not looked for there before."""
        if folder not in self._fresh:
            top = self._top(os.path.join(folder, "x"))
            names = {name for other, name, inside in self._new if inside == (other == top)}
            self._fresh[folder] = tuple(sorted(names))
        return self._fresh[folder]

    def lead(self, folder: str, found: Collection[Imported]) -> bool:
        """Whether one of the imports *found* in a file right in *folder* may lead to one of the modules added last."""
        tops = self._tops
        top = self._top(os.path.join(folder, "x"))
        if tops is None or top in tops or not top:
            return True
        # From outside it begins with the name of the top folder, or with enough dots to come out at the root.
        depth = folder[len(self._root) :].count(os.sep) + 1
        return any(level > depth or (not level and module.partition(".")[0] in tops) for level, module, _ in found)

    def _top(self, path: str) -> str:
        """The folder right below the root that holds *path*; empty for a file in the root."""
        if not path.startswith(self._root):
            return ""
        first, separator, _ = path[len(self._root) :].partition(os.sep)
        return first if separator else ""


def _stems(path: str) -> set[bytes]:
    """What somebody in the same top folder has to write to import the module at *path*."""
    folder, name = os.path.split(path)
    stem = os.path.splitext(name)[0]
    if stem == "__init__":
        return {os.fsencode(os.path.basename(folder)), *_FROM_HERE}
    return {os.fsencode(stem)}
