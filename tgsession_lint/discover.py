"""Targets, as they were named -> the files to lint, and the files of the whole project."""

from __future__ import annotations

import os

from tgsession_lint.exclusion import Exclusion, is_glob
from tgsession_lint.listing import Notes, list_folder
from tgsession_lint.root import SUFFIXES, is_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tgsession_lint.exclusion import Settings
    from tgsession_lint.search import Ahead


class Discovery(Notes):
    """The files to lint, sorted and once each, and what could not be followed."""

    def __init__(self, files: Sequence[str] = ()) -> None:
        super().__init__()
        self.files = list(files)
        self.listed: dict[str, list[str]] = {}
        """Folders that were listed on the way, with what they hold."""
        self.ahead: Ahead | None = None
        """What already looks through them."""

    def only(self, files: Sequence[str]) -> Discovery:
        """The same with no other files to lint than *files*."""
        part = Discovery(files)
        part.problems, part.listed, part.ahead = self.problems, self.listed, self.ahead
        return part


def discover(
    targets: Sequence[Path | str], settings: Settings, *, cwd: Path | str, ahead: Ahead | None = None
) -> Discovery:
    """The files that *targets* (files, folders, globs) mean; whoever looks *ahead* begins with a large folder at once."""
    found = Discovery()
    excluded = Exclusion(settings)
    files: set[str] = set()
    paths = {os.path.normpath(os.path.join(cwd, target)): os.fspath(target) for target in targets}
    folders = [path for path in paths if os.path.isdir(path)]
    if len(folders) > 1 and all(is_below(folder, excluded.root) for folder in folders):
        found.listed[excluded.root] = list_folder(excluded.root, excluded, found)  # git is asked once, not for each
    if len(folders) == 1:
        found.ahead = ahead
    for path, shown in paths.items():
        if path in folders:
            files.update(_in_folder(path, excluded, found))
        elif os.path.lexists(path):
            _add_file(path, shown, excluded, files, found)
        elif is_glob(path):
            _add_glob(path, shown, excluded, files, found)
        else:
            found.problem(shown, "there is no such file or folder")
    found.files = sorted(files)
    return found


def _in_folder(folder: str, excluded: Exclusion, found: Discovery) -> Sequence[str]:
    if folder not in found.listed:
        whole = found.listed.get(excluded.root, ())
        inside = [path for path in whole if is_below(path, folder)]
        # Nothing below it: it may be ignored or excluded as a part of the whole, and wanted when named.
        found.listed[folder] = inside or list_folder(folder, excluded.below(folder), found, found.ahead)
    return found.listed[folder]


def project_files(settings: Settings, listed: dict[str, list[str]] | None = None) -> list[str]:
    """Every file below the root: the context that names are resolved in."""
    root = os.fspath(settings.root)
    known = (listed or {}).get(root)
    return known if known is not None else list_folder(root, Exclusion(settings))


def _add_file(path: str, shown: str, excluded: Exclusion, files: set[str], found: Discovery) -> None:
    if not os.path.isfile(path):
        found.problem(shown, "this is no plain file")
    elif not (excluded.forced and excluded.path(path)):
        files.add(path)


def _add_glob(pattern: str, shown: str, excluded: Exclusion, files: set[str], found: Discovery) -> None:
    import glob

    matched = [path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path) and path.endswith(SUFFIXES)]
    if not matched:
        found.problem(shown, "no file matches")
    files.update(path for path in matched if not excluded.path(path))
