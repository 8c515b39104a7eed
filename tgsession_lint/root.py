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


def find_root(targets: Sequence[str], cwd: str) -> str:
    """The project round *targets*: the same for one of its files as for all of it.

    A git checkout; else the working folder if it is marked as a project, or the nearest folder that is; else the
    working folder, and for targets outside it as far up as there is one program.
    """
    start = common_folder(targets, cwd)
    above = list(up(start))
    for folder in above:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
    if cwd in above and _marked(cwd):
        return cwd
    for folder in above:
        if _marked(folder):
            return folder
    return cwd if cwd in above and cwd not in _limits() else _climb(start)


def _marked(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, marker)) for marker in _MARKERS)


def _limits() -> set[str]:
    """Folders that are nobody's project."""
    import tempfile

    return {os.path.realpath(tempfile.gettempdir()), os.path.expanduser("~"), os.path.abspath(os.sep)}


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


def settings_files(targets: Sequence[str], cwd: str, root: str) -> Iterator[str]:
    """The `pyproject.toml` files that speak of us, from the targets up to *root*, the nearest first."""
    for folder in up(common_folder(targets, cwd)):
        path = os.path.join(folder, "pyproject.toml")
        try:
            with open(path, "rb") as file:
                data = file.read()
            if TABLE in data or _TABLE_TOO in data:
                yield path
        except FileNotFoundError:
            pass
        except OSError:
            yield path  # whoever reads it says why it cannot
        if folder == root:
            return
