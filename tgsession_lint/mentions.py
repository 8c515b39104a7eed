"""Which files can matter at all, by their bytes and their imports.

A file matters that names Telethon, its client or the guard, that imports from one that matters, over as many hops as
there are, or that hints at a secret, a session file or a kill in a project that uses a client. Nothing else is parsed.
"""

from __future__ import annotations

import os
import re

from tgsession_lint import catalog, contents, parallel
from tgsession_lint.imports import imports
from tgsession_lint.root import SUFFIXES, up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tgsession_lint.config import Config
    from tgsession_lint.modules import Roots

NEEDLES = (b"telethon", b"TelegramClient", b"guarded_client")
# Whether a file mentions a client, what it imports and what it hints at are asked one after the other, and each round of
# a search asks again: so many bytes are kept.
_KEPT = 1 << 26
# Below this a second process costs more than it saves (`tests/benchmarks`).
_ENOUGH_FILES = 800
# Targets of a commit are followed through their imports; more than these, and the whole project is searched instead.
FEW = 64
# Where a project begins, as far as "the application and its tests" are one.
_PROJECT_MARKERS = ("pyproject.toml", "setup.py", ".git")

# Searched in lower case. Each thing that `hints` looks for closely holds one of these.
_HINT_NEEDLES = (b"session", b"api_hash", b"kill", b"tgs")
_API_HASH = re.compile(rb"['\"][0-9a-f]{32}['\"]")
_KILL = re.compile(
    rb"signal\s*=\s*['\"]KILL|\bkill(?:pg)?\(.{0,200}?\b9\b|kill(?:all)?\b.{0,80}?\s-(?:9|KILL|s\b|-signal)", re.DOTALL
)
_PROCESSES = (b"Popen", b"Process", b"process_iter", b"create_subprocess")
# The rule about kills reads the code, this only the bytes, in lower case; `revoke` is always about a worker.
_WORKERS = (*(word.encode() for word in catalog.WORKERS), b"revoke")
_SUPPRESSION = re.compile(rb"TGS\d|tgsession-lint:")


def needles(config: Config) -> tuple[bytes, ...]:
    """What a file must name to matter by itself: the defaults and what the configuration adds."""
    named = [*config.telethon_roots, *(dotted.rpartition(".")[2] for dotted in (*config.guards, *config.client_classes))]
    return tuple(dict.fromkeys((*NEEDLES, *(name.encode() for name in named if name))))


def search(paths: Sequence[str], wanted: Sequence[bytes]) -> list[str]:
    """Those of *paths* that hold one of *wanted*, in order; on two cores where that pays."""
    half = len(paths) // 2
    if len(paths) < _ENOUGH_FILES:
        return _search(paths, wanted)
    other = parallel.Beside(lambda: _search(paths[half:], wanted), fork=True)
    found = _search(paths[:half], wanted)
    found.extend(other.result())
    return found


def _search(paths: Sequence[str], wanted: Sequence[bytes]) -> list[str]:
    found: list[str] = []
    for path in paths:
        try:
            if any_of(wanted, contents.read(path)):
                found.append(path)
        except OSError:
            # What cannot be read may hold anything: it is found again, and reported, when it is parsed.
            found.append(path)
    return found


def any_of(wanted: Sequence[bytes], data: bytes) -> bool:
    """Whether *data* holds one of *wanted*; a loop, since a generator costs more than the search."""
    for needle in wanted:  # noqa: SIM110
        if needle in data:
            return True
    return False


def hints(data: bytes, *, nearby: bool = True) -> bool:
    """Whether *data* may hold what the rules about secrets, files, kills and suppressions look for.

    Those about files and kills speak only *nearby* a client.
    """
    lowered = data.lower()
    if not any_of(_HINT_NEEDLES, lowered):
        return False
    if _SUPPRESSION.search(data) or (b"api_hash" in lowered and _API_HASH.search(data)):
        return True
    killing = b"kill" in lowered and any_of(_WORKERS, lowered) and _kills(data)
    if nearby and (killing or _names_session_file(data)):
        from tgsession_lint import glance

        if glance.worth_parsing(data):
            return True
    from tgsession_lint import session_strings

    return any(True for _ in session_strings.find(data))


def _kills(data: bytes) -> bool:
    if b"SIGKILL" in data or _KILL.search(data) is not None:
        return True
    return b".kill()" in data and any_of(_PROCESSES, data)


def _names_session_file(data: bytes) -> bool:
    """Whether `.session` stands inside quotes, as far as its line tells: `request.session` is far more common."""
    at = data.find(b".session")
    while at >= 0:
        after = data[at + 8 : at + 9]
        before = data[data.rfind(b"\n", 0, at) + 1 : at]
        if (b'"' in before or b"'" in before) and not after.isalnum() and after not in {b"_", b".", b"(", b"["}:
            return True
        at = data.find(b".session", at + 8)
    return False


class Reach:
    """The files that a mention can be imported into, and by which imports.

    `importers`: imported file -> the files that import it, and the names that each takes; None for the module or all.
    `files`: every file that imports, over however many hops, one that mentions a client.
    """

    def __init__(self, importers: dict[str, list[tuple[str, tuple[str, ...] | None]]], hinting: list[str]) -> None:
        self.importers = importers
        self.hinting = hinting
        self.files = {importer for found in importers.values() for importer, _ in found}


class Mentions:
    """What matters in one project. Answers do not depend on which files are being linted."""

    def __init__(
        self,
        wanted: Sequence[bytes],
        roots: Roots,
        files: Callable[[], Sequence[str]],
        given: Mapping[str, bytes] | None = None,
    ) -> None:
        self.needles = wanted
        self.roots = roots
        self._list = files
        self.given = given or {}
        self._files: Sequence[str] | None = None
        self._seeds: set[str] | None = None
        self._beside: parallel.Beside | None = None
        self._reach: Reach | None = None
        self._edges: dict[str, list[tuple[str, tuple[str, ...] | None]]] = {}
        self._closure: dict[str, bool] = {}
        self._own: dict[str, bool] = {}
        self._units: dict[str, str] = {}
        self._with_client: dict[str, bool] = {}
        self._nearby: dict[str, bool] = {}
        self._texts: dict[str, bytes] = {}
        self._room = _KEPT
        self._known: frozenset[str] = frozenset()

    # one file

    def read(self, path: str) -> bytes:
        """The bytes of *path*, as given or on disk; kept for the next question as long as there is room."""
        if path in self.given:
            return self.given[path]
        data = self._texts.get(path)
        if data is None:
            try:
                data = contents.read(path)
            except OSError:
                data = b""
            self._room -= len(data)
            if self._room > 0:
                self._texts[path] = data
        return data

    def mentions(self, path: str) -> bool:
        """Whether the file itself names a client or a guard."""
        if self._seeds is not None and path not in self.given and path in self._known:
            return path in self._seeds
        if path not in self._own:
            self._own[path] = any_of(self.needles, self.read(path))
        return self._own[path]

    def relevant(self, path: str) -> bool:
        """Whether the file names a client or imports, over however many hops, one that does."""
        if not path.endswith(SUFFIXES):
            return False
        if self._seeds is not None:
            return path in self._seeds or path in self.reach.files or (path not in self._known and self._follow(path))
        return self._follow(path)

    def _follow(self, path: str) -> bool:
        """Depth first through the imports of *path*, until a file that mentions a client is met."""
        known = self._closure.get(path)
        if known is not None:
            return known
        seen: set[str] = {path}
        pending = [path]
        while pending:
            current = pending.pop()
            if self._closure.get(current) or self.mentions(current):
                self._closure[path] = True
                return True
            for target, _ in self.imported(current):
                if target not in seen and self._closure.get(target) is not False:
                    seen.add(target)
                    pending.append(target)
        # Nothing that was met on the way leads to a client either.
        self._closure.update(dict.fromkeys(seen, False))
        return False

    def imported(self, path: str) -> list[tuple[str, tuple[str, ...] | None]]:
        """The files of the project that *path* imports from, and the names that it takes."""
        if path not in self._edges:
            self._edges[path] = list(_edges(self.roots, path, self.read(path)))
        return self._edges[path]

    def hinted(self, path: str) -> bool:
        """Whether the file hints at something that only matters in a project with a client, and is in one."""
        data = self.read(path) if path.endswith(SUFFIXES) else b""
        if not hints(data) or not self.has_client(path):
            return False
        return self.has_client_nearby(path) or hints(data, nearby=False)

    # the project

    def unit(self, path: str) -> str:
        """The folder of the project that *path* belongs to: the nearest that is marked as one, else the root."""
        folder = os.path.dirname(path)
        if folder not in self._units:
            self._units[folder] = self._find_unit(folder)
        return self._units[folder]

    def _find_unit(self, folder: str) -> str:
        root = self.roots.root
        for above in up(folder):
            if above == root or not above.startswith(root):
                break
            if any(os.path.exists(os.path.join(above, marker)) for marker in _PROJECT_MARKERS):
                return above
        return root

    def has_client(self, path: str) -> bool:
        """Whether the project that *path* belongs to mentions a client anywhere."""
        if self.mentions(path):
            return True
        unit = self.unit(path)
        if unit not in self._with_client:
            self._with_client[unit] = self._any_mention(unit)
        return self._with_client[unit]

    def has_client_nearby(self, path: str) -> bool:
        """Whether it does so outside the top-level packages that mention none: those are other people's, or apart."""
        if self.mentions(path):
            return True
        if not self.has_client(path):
            return False
        unit = self.unit(path)
        top = os.path.join(unit, path[len(unit) :].lstrip(os.sep).partition(os.sep)[0])
        if top not in self._nearby:
            package = os.path.isfile(os.path.join(top, "__init__.py"))
            self._nearby[top] = not package or self._any_mention_below(top)
        return self._nearby[top]

    def _any_mention_below(self, folder: str) -> bool:
        below = folder + os.sep
        if self._seeds is not None:
            return any(seed.startswith(below) for seed in self._seeds)
        return any(self.mentions(path) for path in self.files if path.startswith(below))

    def _any_mention(self, unit: str) -> bool:
        if self._seeds is not None:
            return any(self.unit(seed) == unit for seed in self._seeds)
        return any(self.mentions(path) for path in self.files if self.unit(path) == unit)

    @property
    def files(self) -> Sequence[str]:
        """Every file of the project."""
        if self._files is None:
            self._files = list(dict.fromkeys(self._list()))
        return self._files

    @property
    def seeds(self) -> set[str]:
        """Every file that mentions a client; searches the project on the first call."""
        if self._seeds is None:
            found = search([path for path in self.files if path not in self.given], self.needles)
            self._known = frozenset(self.files)
            given = [path for path, data in self.given.items() if any_of(self.needles, data)]
            self._seeds = {*found, *given}
        return self._seeds

    def seeds_of(self, path: str) -> Iterator[str]:
        """The files of the same project as *path* that mention a client, in order."""
        unit = self.unit(path)
        return (seed for seed in sorted(self.seeds) if self.unit(seed) == unit)

    def follow(self) -> None:
        """Start to find out where the mentions are imported, beside what this process does meanwhile."""
        seeds = self.seeds
        fork = len(self.files) >= _ENOUGH_FILES
        if seeds and self._beside is None:
            self._beside = parallel.Beside(lambda: self._reached(seeds), fork=fork)

    @property
    def reach(self) -> Reach:
        """Where the mentions are imported."""
        if self._reach is None:
            self.follow()
            importers, hinting = self._beside.result() if self._beside is not None else ({}, [])
            self._reach = Reach(importers, hinting)
        return self._reach

    def abandon(self) -> None:
        """End whatever still runs beside this process."""
        if self._beside is not None:
            self._beside.abandon()

    def _reached(self, seeds: set[str]) -> tuple[dict[str, list[tuple[str, tuple[str, ...] | None]]], list[str]]:
        units = {self.unit(seed) for seed in seeds}
        others = (p for p in self.files if p not in seeds and self.unit(p) in units)
        hinting = [p for p in others if hints(self.read(p), nearby=self.has_client_nearby(p))]
        importers: dict[str, list[tuple[str, tuple[str, ...] | None]]] = {}
        reached, frontier = set(seeds), set(seeds)
        while frontier:
            new: set[str] = set()
            for path in self._naming(frontier):
                for target, names in self.imported(path):
                    if target in frontier and target != path:
                        importers.setdefault(target, []).append((path, names))
                        if path not in reached:
                            new.add(path)
            reached |= new
            frontier = new
        return importers, hinting

    def _naming(self, modules: Collection[str]) -> Iterator[str]:
        """The files that may import one of *modules*: whoever does has to write its name."""
        outside, inside = _import_needles(modules, self.roots)
        by_top: dict[str, tuple[bytes, ...]] = {}
        for path in self.files:
            top = _top_folder(path, self.roots)
            wanted = by_top.get(top)
            if wanted is None:
                others = {n for other, found in outside.items() if other != top for n in found}
                wanted = by_top[top] = tuple(others | inside.get(top, set()))
            if wanted and any_of(wanted, self.read(path)):
                yield path


def _top_folder(path: str, roots: Roots) -> str:
    """The folder right below the root that holds *path*; empty for a file in the root."""
    if not path.startswith(roots.root):
        return ""
    first, separator, _ = path[len(roots.root) :].lstrip(os.sep).partition(os.sep)
    return first if separator else ""


# How a file begins to import from its own package; other blanks than one space are rare, but Python's.
_FROM_HERE = (b"from .", b"from.", b"from  ", b"from\t", b"from\f", b"from\\")


def _import_needles(modules: Iterable[str], roots: Roots) -> tuple[dict[str, set[bytes]], dict[str, set[bytes]]]:
    """What an importer has to write: from another top folder, and from the same one.

    From outside the import has to pass through the top folder, unless that is itself a place to import from.
    """
    import_roots = {"src", "", *(_top_folder(os.path.join(folder, "x"), roots) for folder in roots.extra)}
    outside: dict[str, set[bytes]] = {}
    inside: dict[str, set[bytes]] = {}
    for path in modules:
        folder, name = os.path.split(path)
        stem = os.path.splitext(name)[0]
        needles = {os.fsencode(stem)}
        if stem == "__init__":
            needles = {os.fsencode(os.path.basename(folder)), *_FROM_HERE}
        top = _top_folder(path, roots)
        inside.setdefault(top, set()).update(needles)
        passing = needles if top in import_roots else {os.fsencode(top)}
        outside.setdefault(top, set()).update(passing)
    return outside, inside


def _edges(roots: Roots, path: str, data: bytes) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """The files that *data* imports from; a submodule taken by name counts as a module of its own."""
    for level, module, names in imports(data):
        parts = module.split(".") if module else []
        if names is None and not level:
            # `import a.b.c` runs and binds every package on the way.
            for end in range(1, len(parts)):
                found = roots.find(".".join(parts[:end]), path, 0)
                if found is not None:
                    yield found, None
        found = roots.find(module, path, level)
        if found is None:
            continue
        yield found, names
        taken = [found] if names is None else [nested for name in names if (nested := roots.submodule(found, name))]
        yield from ((nested, None) for nested in taken if nested != found)
        yield from ((nested, None) for nested in _attributes(roots, taken, data))


def _attributes(roots: Roots, packages: list[str], data: bytes) -> Iterator[str]:
    """The modules that *data* may reach as attributes of *packages*, whoever it is that has imported them."""
    pending, seen = list(packages), set(packages)
    while pending:
        for name, nested in roots.submodules(pending.pop()):
            if nested not in seen and b"." + os.fsencode(name) in data:
                seen.add(nested)
                pending.append(nested)
                yield nested


def may_matter(wanted: Sequence[str], known: Mentions) -> list[str]:
    """The files that bytes alone do not rule out: each followed through its imports, or all searched at once."""
    if len(wanted) <= FEW:
        return [path for path in wanted if known.relevant(path) or known.hinted(path)]
    if not known.seeds:
        return []
    known.follow()
    return list(wanted)
