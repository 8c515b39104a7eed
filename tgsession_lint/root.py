"""Where a project begins and which file has its settings, by names of files alone.

Paths are text here and nothing heavy is imported: this runs before anything else, on every commit.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES = (".py", ".pyi", ".pyw", ".ipynb")
TABLE = b"tgsession-lint"
_TABLE_TOO = TABLE.replace(b"-", b"_")
_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "manage.py", "Pipfile", "tox.ini")


def common_folder(targets: Sequence[str], cwd: str) -> str:
    """The folder that holds all *targets*."""
    absolute = [os.path.normpath(os.path.join(cwd, target)) for target in targets] or [cwd]
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # on different drives
        return cwd


def up(folder: str) -> Iterator[str]:
    """*folder* and those above it."""
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def is_below(path: str, folder: str) -> bool:
    """Whether *path* is *folder* or anything below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def find_root(targets: Sequence[str], cwd: str) -> str:
    """The project round *targets*: the same for one of its files as for all of it.

    A git checkout; else the working folder, or the nearest folder above it that is marked as a project; for targets
    outside it the nearest folder above them that is marked, or as far up as there is one program.
    """
    start = common_folder(targets, cwd)
    found = checkout(start, cwd)
    if found is not None:
        return found
    inside = is_below(start, cwd)
    marked = _nearest_marked(cwd if inside else start, cwd)
    if inside and (marked == cwd or cwd not in _limits()):
        return marked or cwd
    return _nearest_marked(start, cwd) or _climb(start)


def checkout(folder: str, cwd: str) -> str | None:
    """The git checkout that *folder* is in; a submodule is a part of the one that holds it."""
    found = None
    for above in up(folder):
        git = os.path.join(above, ".git")
        if os.path.exists(git) and (above == cwd or above not in _limits()):
            found = above
            if not _of_submodule(git):
                break
    return found


def _of_submodule(git: str) -> bool:
    try:
        with open(git, "rb") as file:
            return b"/modules/" in file.read(4096).replace(b"\\", b"/")
    except OSError:  # a folder: the repository itself
        return False


def _nearest_marked(folder: str, cwd: str) -> str | None:
    for above in up(folder):
        if _marked(above) and (above == cwd or above not in _limits()):
            return above
    return None


def _marked(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, marker)) for marker in _MARKERS)


def _limits() -> set[str]:
    """Folders that are nobody's project, unless somebody works right there."""
    temporary = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    places = [*filter(None, temporary), "/tmp", "/var/tmp", os.path.expanduser("~"), os.sep]  # noqa: S108 - nothing is written
    return {form for place in places for form in (os.path.abspath(place), os.path.realpath(place))}


def _climb(folder: str) -> str:
    """The highest folder that still looks like part of one program: its parent holds Python files, or is a package."""
    limits = _limits()
    while folder not in limits and os.path.dirname(folder) not in limits:
        parent = os.path.dirname(folder)
        if not os.path.exists(os.path.join(folder, "__init__.py")) and not _has_python(parent):
            break
        folder = parent
    return folder


def _has_python(folder: str) -> bool:
    try:
        return any(name.endswith(".py") for name in os.listdir(folder))
    except OSError:
        return False


def settings_files(folder: str, root: str) -> Iterator[str]:
    """The `pyproject.toml` files that speak of us, from *folder* up to *root*, the nearest first."""
    for above in up(folder):
        path = os.path.join(above, "pyproject.toml")
        if _speaks_of_us(path):
            yield path
        if above == root:
            return


def _speaks_of_us(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # whoever reads it says why it cannot
    return TABLE in data or _TABLE_TOO in data


class Homes:
    """For each folder its checkout, and the nearest folder with settings in it; each folder is asked once."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd
        self._known: dict[str, tuple[str | None, str | None]] = {}

    def of(self, folder: str) -> tuple[str | None, str | None]:
        """The checkout that *folder* is in, and the nearest folder from it upwards whose `pyproject.toml` speaks of us."""
        if folder not in self._known:
            parent = os.path.dirname(folder)
            top, settings = self.of(parent) if parent != folder else (None, None)
            if os.path.exists(os.path.join(folder, ".git")):
                top = checkout(folder, self._cwd)
            if _speaks_of_us(os.path.join(folder, "pyproject.toml")):
                settings = folder
            elif top == folder:
                settings = None  # what stands above a checkout is not about it
            self._known[folder] = (top, settings)
        return self._known[folder]
