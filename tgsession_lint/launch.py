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
    if _is_plain(arguments) and _nothing_matters(arguments):
        from tgsession_lint.reports.closing import clear

        sys.stdout.write(clear())
        sys.exit(0)
    from tgsession_lint.cli import main as full

    full()


def _is_plain(arguments: Sequence[str]) -> bool:
    """Whether there are only paths that exist: no option, no subcommand, nothing in the environment that sets one."""
    if not arguments or any(name.startswith(("TGSESSION_LINT_", "_TGSESSION_LINT")) for name in os.environ):
        return False
    return all(not argument.startswith("-") and os.path.exists(argument) for argument in arguments)


def _nothing_matters(arguments: Sequence[str]) -> bool:
    return False
