"""Files that may matter -> those that do: whatever a client reaches by name, and what hints at something beside one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.interest import Interest
from tgsession_lint.mentions import FEW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.mentions import Mentions
    from tgsession_lint.project import Module, Project


class Matter:
    """Answers for one project; bytes and imports have ruled out what they can, here names are followed."""

    def __init__(self, project: Project, mentions: Mentions, ask: Evaluator, fault: Callable[[str], None]) -> None:
        """*fault* is told the path of a file over which this failed, while the exception is being handled."""
        self.project = project
        self.mentions = mentions
        self.ask = ask
        self._of_interest = Interest(ask)
        self._fault = fault
        self._whole: dict[str, list[str]] = {}
        self._given: dict[tuple[str, str], bool] = {}

    def of(self, candidates: Sequence[str]) -> list[str]:
        """Those of *candidates* that a client reaches by name, or that hint at something in a project with a client."""
        if len(candidates) <= FEW:
            return [path for path in candidates if self._matters(path)]
        self._parse_meanwhile(candidates)
        reached = self._reached()
        hinting = {path for path in self.mentions.reach.hinting if self.mentions.has_client(path)}
        return [path for path in candidates if path in reached or path in hinting]

    def _parse_meanwhile(self, candidates: Sequence[str]) -> None:
        """Parse of the *candidates* those that matter in any case, while another process looks for those that import them."""
        seeds = self.mentions.seeds
        for path in candidates:
            if path in seeds:
                if not self.mentions.follows():
                    return
                self.project.parsed(path)

    def _matters(self, path: str) -> bool:
        if self.mentions.mentions(path):
            return True
        if any(self._takes(target, names) for target, names in self.mentions.imported(path)):
            return True
        return self.mentions.hinted(path)

    def _takes(self, target: str, names: tuple[str, ...] | None) -> bool:
        """Whether importing *names* from *target* (None: all of it) brings anything that has to do with a client."""
        if not self.mentions.relevant(target):
            return False
        return any(self._gives(path, name) for path in self._sources(target) for name in (self._names(path) if names is None else names))

    def _reached(self) -> set[str]:
        importers = self.mentions.reach.importers
        reached = set(self.mentions.seeds)
        pending = list(reached)
        while pending:
            target = pending.pop()
            for importer, names in importers.get(target, ()):
                if importer not in reached and self._takes(target, names):
                    reached.add(importer)
                    pending.append(importer)
        return reached

    def _sources(self, path: str) -> list[str]:
        """The module at *path*, and those that it imports as a whole, over however many hops."""
        if path not in self._whole:
            found = self._whole[path] = [path]
            for current in found:
                for target, names in self.mentions.imported(current):
                    if names is None and target not in found and self.mentions.relevant(target):
                        found.append(target)
        return self._whole[path]

    def _names(self, path: str) -> list[str]:
        """The names that the module at *path* binds."""
        module = self.project.module(path)
        return list(module.tree.scope.bindings) if module is not None else []

    def _gives(self, path: str, name: str) -> bool:
        """Whether the module at *path* itself binds *name* to anything that has to do with a client."""
        if (path, name) not in self._given:
            module = self.project.module(path)
            self._given[path, name] = (
                module is not None and name in module.tree.scope.bindings and self._is_of_interest(module, name)
            )
        return self._given[path, name]

    def _is_of_interest(self, module: Module, name: str) -> bool:
        try:
            return any(value in self._of_interest for value in self.ask.name(module, name, module.tree.scope, None))
        except Exception:
            # Nothing is passed over for our own fault: whoever imports the name is looked at.
            self._fault(module.path)
            return True
