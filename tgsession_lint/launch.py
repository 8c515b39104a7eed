"""The commands' entry: answers at once where nothing matters, and leaves everything else to `cli`.

Click takes three times as long to import as the interpreter takes to start, and most commits touch no file that has to
do with a client. So a plain `tgsession-lint PATH…` is looked at here first, with nothing imported that it does not need.
"""

from __future__ import annotations

import gc
import os
import sys

from tgsession_lint import prefilter, root, stack
from tgsession_lint.discover import discover
from tgsession_lint.exclusion import Defaults
from tgsession_lint.mentions import NEEDLES
from tgsession_lint.search import Ahead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.discover import Discovery
    from tgsession_lint.prefilter import Begun


_COMMANDS = frozenset({"rule", "rules", "completion"})


def main() -> None:
    """Run `tgsession-lint` with the arguments of the process."""
    # Little is thrown away before the end, so that collecting finds nothing: 5 % of `import libcst` alone.
    gc.disable()
    stack.own_process()
    try:
        arguments = sys.argv[1:]
        status = plain_run(arguments) if is_plain(arguments) else None
    except KeyboardInterrupt:
        status = 130
    if status is not None:
        # The interpreter collects twice on its way out, and would look through every syntax tree in vain.
        gc.freeze()
        sys.exit(status)
    gc.enable()
    from tgsession_lint.cli import main as full

    full()


def plain_run(arguments: Sequence[str]) -> int | None:
    """The exit status of a run without options; None where it takes the full command to say what is wrong."""
    listed = find(arguments)
    try:
        begun = None if listed is None else begin(listed, arguments)
        if begun is not None and not begun.candidates:
            from tgsession_lint.reports.closing import all_clear

            return 0 if _say(all_clear(len(begun.wanted))) else None
        from tgsession_lint import plain

        try:
            found = plain.run(arguments, begun, listed)
        finally:
            if begun is not None:
                begun.known.abandon()
    finally:
        if listed is not None and listed.ahead is not None:
            listed.ahead.abandon()
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


def find(arguments: Sequence[str]) -> Discovery | None:
    """The files that *arguments* mean where no settings say otherwise; None where some do, or something is wrong."""
    cwd = os.getcwd()
    top = root.find_root(arguments, cwd)
    if any(True for _ in root.settings_files(root.common_folder(arguments, cwd), top)):
        return None
    ahead = Ahead(NEEDLES)
    found = discover(arguments, Defaults(top), cwd=cwd, ahead=ahead)
    if found.problems or not found.files:
        ahead.abandon()
        return None
    return found


def begin(found: Discovery, arguments: Sequence[str]) -> Begun | None:
    """What bytes alone tell of the files that were *found*; None where some of them belong to others.

    With the defaults that the settings would have: a project that has some is judged by those who know the rules.
    """
    cwd = os.getcwd()
    top = root.find_root(arguments, cwd)
    return prefilter.look(found, Defaults(top)) if _alike(found, arguments, top, cwd) else None


def _alike(found: Discovery, arguments: Sequence[str], top: str, cwd: str) -> bool:
    """Whether all files that were *found* belong to the project at *top*, and none has settings."""
    folders = {os.path.normpath(os.path.join(cwd, argument)) for argument in arguments}
    if all(map(os.path.isdir, folders)):
        # Every folder with something of its own was noted when it was listed: asking each anew is a tenth of a run.
        folders.update(found.projects)
    else:
        folders = {os.path.dirname(file) for file in found.files}
    homes = root.Homes(cwd)
    return all(settings is None and checkout in {None, top} for checkout, settings in map(homes.of, folders))
