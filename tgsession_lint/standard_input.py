"""A program read from standard input, as a file that is not on disk."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tgsession_lint.config import Config, ConfigError
from tgsession_lint.exclusion import Exclusion
from tgsession_lint.frozen import frozen, replace
from tgsession_lint.root import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tgsession_lint.finding import Finding

DASH = "-"
_UNNAMED = "<stdin>"
_NOTHING: Mapping[str, bytes] = {}


@frozen
class Input:
    """What was read, by absolute path, and what it is called in reports."""

    contents: Mapping[str, bytes] = _NOTHING
    name: str = ""
    cwd: str = ""

    def by_shown(self, held: Mapping[str, bytes]) -> dict[str, bytes]:
        """What is *held* in place of what is on disk, what was read also under the path that a report names."""
        named = {_absolute(self.cwd, self.name): held.get(path, data) for path, data in self.contents.items()}
        return {**self.contents, **held, **named}

    def kept(self, config: Config) -> Mapping[str, bytes]:
        """The contents, unless the configuration insists on leaving a file of that name out."""
        excluded = Exclusion(config)
        return {} if config.force_exclude and any(excluded.path(path) for path in self.contents) else self.contents

    def renamed(self, finding: Finding) -> Finding:
        """*finding* under the name that the user knows."""
        if self.contents and _absolute(self.cwd, finding.path) in self.contents and not self.name.endswith(SUFFIXES):
            return replace(finding, path=self.name)
        return finding


def read(paths: Sequence[str], filename: str | None, cwd: Path) -> Input:
    """Standard input, if *paths* ask for it with a dash.

    Raises:
        ConfigError: it is closed, or cannot be read.
    """
    if DASH not in paths:
        return Input()
    name = filename or _UNNAMED
    # Only what is called like a program is looked at.
    path = _absolute(str(cwd), name if name.endswith(SUFFIXES) else f"{name}.py")
    return Input({path: _bytes()}, name, str(cwd))


def _bytes() -> bytes:
    hint = "pipe the program in: `tgsession-lint - < FILE`"
    if sys.stdin is None:
        raise ConfigError("standard input is closed", "`-` means to lint what comes from there", hint)
    try:
        return sys.stdin.buffer.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"standard input cannot be read: {reason}", "`-` means to lint what comes from there", hint) from error


def _absolute(cwd: str, path: str) -> str:
    return os.path.normpath(os.path.join(cwd, path))
