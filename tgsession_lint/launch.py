"""The commands' entry: answers at once where nothing matters, and leaves everything else to `cli`.

Click takes three times as long to import as the interpreter takes to start, and most commits touch no file that has to
do with a client. So a plain `tgsession-lint PATH…` is looked at here first, with nothing imported that it does not need.
"""

from __future__ import annotations

import os
import sys

from tgsession_lint import mentions, modules, root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


_COMMANDS = frozenset({"rule", "rules", "completion"})


def main() -> None:
    """Run `tgsession-lint` with the arguments of the process."""
    try:
        arguments = sys.argv[1:]
        status = plain_run(arguments) if is_plain(arguments) else None
    except KeyboardInterrupt:
        status = 130
    if status is not None:
        sys.exit(status)
    from tgsession_lint.cli import main as full

    full()


def plain_run(arguments: Sequence[str]) -> int | None:
    """The exit status of a run without options; None where it takes the full command to say what is wrong."""
    checked = nothing_matters(arguments)
    if checked is not None:
        from tgsession_lint.reports.closing import all_clear

        return 0 if _say(all_clear(checked)) else None
    from tgsession_lint import plain

    found = plain.run(arguments)
    if found is None or not _say(found[0]):
        return None
    return found[1]


def _say(text: str) -> bool:
    """Write *text*; False where nothing can be written, which `cli` knows how to report."""
    data = text.encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    try:
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]
    except (OSError, ValueError, AttributeError):  # full, broken, closed, or none at all
        return False
    return True


def is_plain(arguments: Sequence[str]) -> bool:
    """Whether there are only paths that exist, nobody looks on, and nothing in the environment sets an option."""
    if not arguments or arguments[0] in _COMMANDS or "FORCE_COLOR" in os.environ or _is_watched():
        return False
    if any(name.startswith(("TGSESSION_LINT_", "_TGSESSION_LINT")) for name in os.environ):
        return False
    return all(not argument.startswith("-") and os.path.exists(argument) for argument in arguments)


def _is_watched() -> bool:
    """Whether standard output is a terminal: what to show there is decided by those who know colours."""
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):
        return True


def nothing_matters(arguments: Sequence[str]) -> int | None:
    """How many files were checked, where bytes alone tell that none can have a finding; None where they do not."""
    cwd = os.getcwd()
    top = root.find_root(arguments, cwd)
    if any(True for _ in root.settings_files(root.common_folder(arguments, cwd), top)):
        return None  # settings are read and judged by those who know the rules
    listed: dict[str, list[str]] = {}
    if all(os.path.isfile(argument) for argument in arguments):
        files = list(dict.fromkeys(os.path.normpath(os.path.join(cwd, argument)) for argument in arguments))
    else:
        files, listed = _listed(arguments, top)
        if not files:
            return None
    if not _alike(files, top, cwd):
        return None

    def everything() -> list[str]:
        return [*(listed[top] if top in listed else _listed([top], top)[0]), *files]

    known = mentions.Mentions(mentions.NEEDLES, modules.Roots(top), everything)
    try:
        return None if mentions.may_matter(files, known) else len(files)
    finally:
        known.abandon()


def _alike(files: Sequence[str], top: str, cwd: str) -> bool:
    """Whether all of *files* belong to the project at *top*, and none has settings."""
    homes = root.Homes(cwd)
    found = {homes.of(os.path.dirname(file)) for file in files}
    return all(settings is None and checkout in {None, top} for checkout, settings in found)


def _listed(arguments: Sequence[str], top: str) -> tuple[list[str], dict[str, list[str]]]:
    """The files below *arguments*, and the folders that were listed for it; nothing where something is wrong with one."""
    from pathlib import Path

    from tgsession_lint.config import Config
    from tgsession_lint.discover import discover

    found = discover([Path(argument) for argument in arguments], Config(Path(top)), cwd=Path.cwd())
    return ([], {}) if found.problems else (found.files, found.listed)
