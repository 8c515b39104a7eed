"""The commands' entry: answers at once where nothing matters, and leaves everything else to `cli`.

Click takes three times as long to import as the interpreter takes to start, and most commits touch no file that has to
do with a client. So a plain `tgsession-lint PATH…` is looked at here first, with nothing imported that it does not need.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """Run `tgsession-lint` with the arguments of the process."""
    arguments = sys.argv[1:]
    if is_plain(arguments) and (checked := nothing_matters(arguments)) is not None:
        from tgsession_lint.reports.closing import all_clear

        sys.stdout.write(all_clear(checked))
        return
    from tgsession_lint.cli import main as full

    full()


def is_plain(arguments: Sequence[str]) -> bool:
    """Whether there are only paths that exist: no option, no subcommand, nothing in the environment that sets one."""
    if not arguments or any(name.startswith(("TGSESSION_LINT_", "_TGSESSION_LINT")) for name in os.environ):
        return False
    return all(not argument.startswith("-") and os.path.exists(argument) for argument in arguments)


def nothing_matters(arguments: Sequence[str]) -> int | None:
    """How many files were checked, where bytes alone tell that none can have a finding; None where they do not."""
    from pathlib import Path

    from tgsession_lint import config, mentions, pipeline
    from tgsession_lint.discover import discover

    cwd = Path.cwd()
    targets = [Path(argument) for argument in arguments]
    try:
        settings = config.load(targets, cwd)
    except config.ConfigError:
        return None
    if settings.file is not None:
        return None  # its codes are checked against the rules, which takes all of us
    found = discover(targets, settings, cwd=cwd)
    if found.problems or not found.files:
        return None
    known = pipeline.context(settings, found, mentions.NOTHING_GIVEN)
    return None if pipeline.may_matter(found.files, known) else len(found.files)
