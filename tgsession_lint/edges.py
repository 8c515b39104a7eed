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
        if names is None and not level and "." in module:
            # `import a.b.c` runs and binds every package on the way.
            parts = module.split(".")
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
    """The names that a file may take attributes by, each with its dot."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._words: frozenset[bytes] | None = None

    def __contains__(self, name: bytes) -> bool:
        if not name.isascii():
            return name in self._data
        # Gathered once, if ever: that costs as much as looking for three or four names, and packages have more modules.
        if self._words is None:
            self._words = frozenset(re.findall(_ATTRIBUTE, self._data))
        return name[1:] in self._words


_ATTRIBUTE = rb"\.\s*([A-Za-z_][A-Za-z0-9_]*)"


def _reached(roots: Roots, package: str, attributes: _Attributes, passed: Collection[str]) -> Iterator[str]:
    """The modules that a file with *attributes* may reach through *package*, whoever it is that has imported them."""
    pending, seen = [package], {package}
    while pending:
        current = pending.pop()
        for name, attribute, file in roots.submodules(current):
            # Looking for the name costs most: nobody asks again for a module that was passed and leads no further.
            if file is not None and (file in passed or file in seen):
                continue
            if attribute in attributes:
                nested = file or roots.submodule(current, name)
                if nested is not None and nested not in seen:
                    seen.add(nested)
                    if file is None:
                        pending.append(nested)
                    yield nested
