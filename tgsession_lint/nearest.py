"""Each file -> the settings that hold for it: those of its own checkout, by the nearest table above the file.

So what is found in a file does not depend on which other files a run looks at.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tgsession_lint import root
from tgsession_lint.config import load_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgsession_lint.config import Config


class Nearest:
    """The settings for each file.

    *main* are those of the run: they hold for all files if they are *fixed*, as when their file was named. *adjust*
    puts what the arguments say into others that were found.
    """

    def __init__(self, main: Config, cwd: str, adjust: Callable[[Config], Config], *, fixed: bool) -> None:
        self.main = main
        self._adjust = adjust
        self._fixed = fixed
        self._homes = root.Homes(cwd)
        self._by_home: dict[tuple[str | None, str | None], Config] = {}

    def of(self, path: str) -> Config:
        """The settings for the file at *path*, which is absolute.

        Raises:
            ConfigError: they cannot be read, or say something that is not understood.
        """
        if self._fixed:
            return self.main
        home = self._homes.of(os.path.dirname(path))
        if home not in self._by_home:
            self._by_home[home] = self._read(*home)
        return self._by_home[home]

    def _read(self, checkout: str | None, folder: str | None) -> Config:
        top = checkout or str(self.main.root)
        found = load_for(folder if folder is not None and root.is_below(folder, top) else top, top)
        if (found.root, found.file) == (self.main.root, self.main.file):
            return self.main
        return self._adjust(found)

    def grouped(self, paths: Iterable[str]) -> dict[Config, list[str]]:
        """*paths* by the settings that hold for them."""
        groups: dict[Config, list[str]] = {}
        for path in paths:
            groups.setdefault(self.of(path), []).append(path)
        return groups
