"""The modules that a run has met, each parsed once and only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint import contents, sources
from tgsession_lint.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tgsession_lint.config import Config
    from tgsession_lint.modules import Roots
    from tgsession_lint.sources import Document
    from tgsession_lint.tree import Tree


class Module:
    """One parsed file."""

    __slots__ = ("document", "path", "tree", "uses_telethon")

    def __init__(self, path: str, document: Document, tree: Tree) -> None:
        self.path = path
        self.document = document
        self.tree = tree
        self.uses_telethon: bool | None = None
        """Whether it imports Telethon itself; None until somebody asks."""


class Project:
    """Everything below the root, read on demand.

    `relevant` answers whether a file can have to do with a client at all; names are resolved through no other.
    """

    def __init__(
        self, config: Config, roots: Roots, relevant: Callable[[str], bool], given: Mapping[str, bytes] | None = None
    ) -> None:
        self.config = config
        self.roots = roots
        self.relevant = relevant
        self.given = given or {}
        """Contents that are not (or not yet) on disk, by path: standard input, an editor's buffer."""
        self._documents: dict[str, Document] = {}
        self._modules: dict[str, Module | None] = {}
        self._holding: dict[tuple[str, bytes], bool] = {}

    def module(self, path: str) -> Module | None:
        """The module at *path*; None if it cannot be read or cannot matter."""
        return self.parsed(path) if self.relevant(path) else None

    def parsed(self, path: str) -> Module | None:
        """The module at *path*, whether it matters or not; None if it cannot be read."""
        if path not in self._modules:
            self._modules[path] = self._load(path)
        return self._modules[path]

    def is_parsed(self, path: str) -> bool:
        """Whether *path* has been parsed already."""
        return path in self._modules

    def _load(self, path: str) -> Module | None:
        try:
            document = self.document(path)
        except OSError:
            return None
        if document.module is None:
            return None
        return Module(path, document, walk(document.module, document.text))

    def read(self, path: str) -> bytes:
        """The bytes of *path*, as given or on disk.

        Raises:
            OSError: the file cannot be read.
        """
        return self.given[path] if path in self.given else contents.read(path)

    def holds(self, path: str, needle: bytes) -> bool:
        """Whether the file at *path* can be read and has *needle* in it."""
        if (path, needle) not in self._holding:
            try:
                self._holding[path, needle] = needle in self.read(path)
            except OSError:
                self._holding[path, needle] = False
        return self._holding[path, needle]

    def document(self, path: str) -> Document:
        """The text and the tree of *path*.

        Raises:
            OSError: the file cannot be read.
        """
        if path not in self._documents:
            self._documents[path] = _parse(self.read(path), path)
        return self._documents[path]


def _parse(data: bytes, path: str) -> Document:
    if not path.endswith(".ipynb"):
        return sources.parse(data, path)
    from tgsession_lint import notebooks

    return notebooks.parse(data, path)
