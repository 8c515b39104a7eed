"""The imports of one file -> the files of the project that they lead to."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import TypeAlias

    from tgsession_lint.imports import Imported
    from tgsession_lint.modules import Roots

    # A file that is imported, and the names that are taken from it: None for the module itself and for `*`.
    Edge: TypeAlias = tuple[str, tuple[str, ...] | None]


def edges(
    roots: Roots, path: str, found: Iterable[Imported], data: bytes, passed: Collection[str] = frozenset()
) -> Iterator[Edge]:
    """The files that *data* imports from; a submodule taken by name counts as a module of its own.

    Modules that were *passed* already need not be named as what an attribute may reach.
    """
    tried: set[str] = set()
    folder, attributes = os.path.dirname(path), _Attributes(data)
    for level, module, names in found:
        parts = module.split(".") if module else []
        if names is None and not level:
            # `import a.b.c` runs and binds every package on the way.
            for end in range(1, len(parts)):
                package = roots.find_from(folder, ".".join(parts[:end]))
                if package is not None:
                    yield package, None
        target = roots.find_from(folder, module, level)
        if target is None:
            continue
        yield target, names
        if names is not None and not roots.is_package(target):
            continue
        taken = [target] if names is None else [nested for name in names if (nested := roots.submodule(target, name))]
        for nested in taken:
            if nested != target:
                yield nested, None
            if nested not in tried and roots.is_package(nested):
                tried.add(nested)
                yield from ((reached, None) for reached in _reached(roots, nested, attributes, passed))


class _Attributes:
    """The names that a file may take attributes by."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._asked = 0
        self._words: frozenset[bytes] | None = None

    def __contains__(self, name: str) -> bool:
        word = os.fsencode(name)
        self._asked += 1
        # Some packages have a hundred modules, and some files are long: gathering all words once is as good as few searches.
        if self._asked < _FEW_SEARCHES or not name.isascii():
            return b"." + word in self._data
        if self._words is None:
            self._words = frozenset(_ATTRIBUTE.findall(self._data))
        return word in self._words


_FEW_SEARCHES = 6
_ATTRIBUTE = re.compile(rb"\.\s*([A-Za-z_][A-Za-z0-9_]*)")


def _reached(roots: Roots, package: str, attributes: _Attributes, passed: Collection[str]) -> Iterator[str]:
    """The modules that a file with *attributes* may reach through *package*, whoever it is that has imported them."""
    pending, seen = [package], {package}
    while pending:
        for name, nested in roots.submodules(pending.pop()):
            # Looking for the name costs most: nobody asks again for a module that was passed and leads no further.
            if nested in seen or (nested in passed and not roots.is_package(nested)):
                continue
            if name in attributes:
                seen.add(nested)
                pending.append(nested)
                yield nested
