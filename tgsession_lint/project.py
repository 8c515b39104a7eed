"""The modules that a run has met, each parsed once and only when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tgsession_lint import sources
from tgsession_lint.tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_lint.config import Config
    from tgsession_lint.modules import Roots
    from tgsession_lint.sources import Document
    from tgsession_lint.tree import Node, Tree
    from tgsession_lint.values import Values


@dataclass(slots=True, eq=False)
class Module:
    """One parsed file and what has been found out about its expressions."""

    path: str
    document: Document
    tree: Tree
    values: dict[Node, Values] = field(default_factory=dict)
    """What each expression asked about so far can stand for."""


@dataclass(slots=True, eq=False)
class Project:
    """Everything below the root, read on demand.

    `relevant` answers whether a file can have to do with a client at all; nothing else is ever parsed.
    """

    config: Config
    roots: Roots
    relevant: Callable[[str], bool]
    given: dict[str, bytes] = field(default_factory=dict)
    """Contents that are not (or not yet) on disk, by path: standard input, an editor's buffer."""
    modules: dict[str, Module | None] = field(default_factory=dict)

    def module(self, path: str) -> Module | None:
        """The module at *path*; None if it cannot be read or cannot matter."""
        if path not in self.modules:
            self.modules[path] = self._load(path) if self.relevant(path) else None
        return self.modules[path]

    def _load(self, path: str) -> Module | None:
        document = self.document(path)
        if document is None or document.module is None:
            return None
        return Module(path, document, walk(document.module))

    def document(self, path: str) -> Document | None:
        """The text and tree of *path*; None if it cannot be read at all."""
        try:
            data = self.given[path] if path in self.given else sources.read(path)
        except OSError:
            return None
        return sources.parse(data, path)
