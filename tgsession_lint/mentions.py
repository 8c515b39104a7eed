"""Which files can matter at all, by their bytes and their imports.

A file matters that names Telethon, its client or the guard, that imports from one that matters, over as many hops as
there are, or that hints at a secret, a session file or a kill in a project that uses a client. Nothing else is parsed.
"""

from __future__ import annotations

import os

from tgsession_lint import contents
from tgsession_lint.root import SUFFIXES, is_below
from tgsession_lint.search import any_of, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tgsession_lint.config import Config
    from tgsession_lint.edges import Edge
    from tgsession_lint.importers import Reach, Survey
    from tgsession_lint.modules import Roots
    from tgsession_lint.search import Ahead

NEEDLES = (b"telethon", b"TelegramClient", b"guarded_client")
# Targets of a commit are followed through their imports; more than these, and the whole project is searched instead.
FEW = 64
# Where a project begins, as far as "the application and its tests" are one.
_PROJECT_MARKERS = ("pyproject.toml", "setup.py", ".git")


def needles(config: Config) -> tuple[bytes, ...]:
    """What a file must name to matter by itself: the defaults and what the configuration adds."""
    named = [*config.telethon_roots, *(dotted.rpartition(".")[2] for dotted in (*config.guards, *config.client_classes))]
    return tuple(dict.fromkeys((*NEEDLES, *(name.encode() for name in named if name))))


class Mentions:
    """What matters in one project. Answers do not depend on which files are being linted."""

    def __init__(
        self,
        wanted: Sequence[bytes],
        roots: Roots,
        files: Callable[[], Sequence[str]],
        given: Mapping[str, bytes] | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self.needles = wanted
        self.roots = roots
        self._list = files
        self.given = given or {}
        self._ahead = ahead
        self._files: Sequence[str] | None = None
        self._seeds: set[str] | None = None
        self._survey: Survey | None = None
        self._reach: Reach | None = None
        self._edges: dict[str, list[Edge]] = {}
        self._closure: dict[str, bool] = {}
        self._own: dict[str, bool] = {}
        self._units: dict[str, str] = {}
        self._with_client: dict[str, bool] = {}
        self._nearby: dict[str, bool] = {}
        self._last = ("", b"")
        self._known: frozenset[str] = frozenset()

    # one file

    def read(self, path: str) -> bytes:
        """The bytes of *path*, as given or on disk."""
        if path in self.given:
            return self.given[path]
        try:
            return contents.read(path)
        except OSError:
            return b""

    def _text(self, path: str) -> bytes:
        """The same, kept for the next question: a file is asked what it mentions, imports and hints at, one after the other."""
        last, data = self._last
        if last != path:
            data = self.read(path)
            self._last = (path, data)
        return data

    def mentions(self, path: str) -> bool:
        """Whether the file itself names a client or a guard."""
        if self._seeds is not None and path not in self.given and path in self._known:
            return path in self._seeds
        if path not in self._own:
            self._own[path] = any_of(self.needles, self._text(path))
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
            for target, _ in self._onward(current, seen):
                if target not in seen and self._closure.get(target) is not False:
                    seen.add(target)
                    pending.append(target)
        # Nothing that was met on the way leads to a client either.
        self._closure.update(dict.fromkeys(seen, False))
        return False

    def _onward(self, path: str, passed: set[str]) -> Iterable[Edge]:
        """What *path* imports from, without what is of no more interest; not kept, but for what is known already."""
        if path in self._edges:
            return self._edges[path]
        return self._imports(path, passed)

    def imported(self, path: str) -> list[Edge]:
        """The files of the project that *path* imports from, and the names that it takes."""
        if path not in self._edges:
            self._edges[path] = list(self._imports(path))
        return self._edges[path]

    def _imports(self, path: str, passed: Collection[str] = ()) -> Iterable[Edge]:
        from tgsession_lint.edges import edges
        from tgsession_lint.imports import imports

        data = self._text(path)
        return edges(self.roots, path, imports(data), data, passed)

    def hinted(self, path: str) -> bool:
        """Whether the file hints at something that only matters in a project with a client, and is in one."""
        from tgsession_lint.hints import hints

        data = self._text(path) if path.endswith(SUFFIXES) else b""
        if not hints(data) or not self.has_client(path):
            return False
        return self.has_client_nearby(path) or hints(data, nearby=False)

    # the project

    def unit(self, path: str) -> str:
        """The folder of the project that *path* belongs to: the nearest that is marked as one, else the root."""
        return self._unit(os.path.dirname(path))

    def _unit(self, folder: str) -> str:
        """The unit of *folder*; each folder is asked for its marks once, however many lie below it."""
        unit = self._units.get(folder)
        if unit is None:
            root = self.roots.root
            if folder == root or not is_below(folder, root):
                unit = root
            elif any(os.path.exists(f"{folder}{os.sep}{marker}") for marker in _PROJECT_MARKERS):
                unit = folder
            else:
                unit = self._unit(os.path.dirname(folder))
            self._units[folder] = unit
        return unit

    def has_client(self, path: str) -> bool:
        """Whether the project that *path* belongs to mentions a client anywhere."""
        if self.mentions(path):
            return True
        unit = self.unit(path)
        if unit not in self._with_client:
            self._with_client[unit] = self._any_mention(unit)
        return self._with_client[unit]

    def has_client_nearby(self, path: str) -> bool:
        """Whether it does so near *path*: top-level packages that mention none are other people's, or apart."""
        return self.mentions(path) or (self.has_client(path) and self.near(path))

    def near(self, path: str) -> bool:
        """Whether *path*, in a project that mentions a client, is outside the top-level packages that mention none."""
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
        if self._seeds is None and self._survey is not None:
            self._settle(self._survey.seeds())
        return self.searched() if self._seeds is None else self._seeds

    def searched(self) -> set[str]:
        """The same, by a search in this process."""
        found = search([path for path in self.files if path not in self.given], self.needles, self._ahead)
        given = [path for path, data in self.given.items() if any_of(self.needles, data)]
        return self._settle({*found, *given})

    def _settle(self, seeds: set[str]) -> set[str]:
        self._known = frozenset(self.files)
        self._seeds = seeds
        return seeds

    def any_seed(self) -> bool:
        """Whether a file mentions a client; that may be known before everything is searched."""
        return self._known_ahead() or bool(self.seeds)

    def _known_ahead(self) -> bool:
        """Whether what was looked at ahead mentions a client, and the rest has not been searched yet."""
        if self._ahead is None or self._seeds is not None or self._survey is not None or self.given:
            return False
        return self._ahead.wanted == self.needles and any(self._ahead.results().values())

    def seeds_of(self, path: str) -> Iterator[str]:
        """The files of the same project as *path* that mention a client, in order."""
        unit = self.unit(path)
        return (seed for seed in sorted(self.seeds) if self.unit(seed) == unit)

    def follow(self) -> None:
        """Start to find out where the mentions are imported, beside what this process does meanwhile."""
        if self._survey is None and self.any_seed():
            from tgsession_lint.importers import Survey

            self._survey = Survey(self, None if self._known_ahead() else self.seeds)

    def follows(self) -> bool:
        """Whether another process is still about to find out."""
        return self._survey is not None and self._reach is None and self._survey.runs()

    @property
    def reach(self) -> Reach:
        """Where the mentions are imported."""
        if self._reach is None:
            from tgsession_lint.importers import Reach

            self.follow()
            self._reach = self._survey.reach() if self.seeds and self._survey is not None else Reach({}, [])
        return self._reach

    def abandon(self) -> None:
        """End whatever still runs beside this process."""
        for running in (self._survey, self._ahead):
            if running is not None:
                running.abandon()
