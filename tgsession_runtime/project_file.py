"""The nearest `pyproject.toml` that has `[tool.tgsession-guard]`, read once for as long as it stays the same."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tgsession_runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "pyproject.toml"
TABLE = "tgsession-guard"
_TABLE_TOO = TABLE.replace("-", "_")

_Stamp = tuple[int, int]
_read_before: dict[str, tuple[_Stamp, Mapping[str, Any] | None]] = {}


@dataclass(frozen=True, slots=True)
class Project:
    """The folder that a program belongs to, and what its file says about us."""

    folder: Path
    """That of the file with our table, else of the nearest `pyproject.toml`, else the working folder."""
    file: Path | None = None
    """The file with our table."""
    table: Mapping[str, Any] | None = None


def project_of(cwd: Path, home: str) -> Project:
    """The project round *cwd*.

    Looks from *cwd* upwards: as far as the root of a git checkout; not into *home* or `/`, which are nobody's project; and
    not into a folder above that everybody can write, where somebody else could leave settings for us. *cwd* itself counts
    whatever it is.

    Raises:
        ConfigurationError: the file cannot be read, or is no TOML, or our table is none.
    """
    nearest = ""
    for folder in _up(os.path.abspath(cwd), home):
        path = os.path.join(folder, NAME)
        try:
            found = os.stat(path)
        except OSError:
            continue
        nearest = nearest or folder
        table = _table(path, (found.st_mtime_ns, found.st_size))
        if table is not None:
            return Project(Path(folder), Path(path), table)
    return Project(Path(nearest or cwd))


def _up(folder: str, home: str) -> Iterator[str]:
    yield folder
    while folder != home and not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent in {folder, home, os.path.dirname(parent)} or _is_everybodys(parent):
            return
        folder = parent
        yield folder


def _is_everybodys(folder: str) -> bool:
    try:
        return os.name == "posix" and bool(os.stat(folder).st_mode & stat.S_IWOTH)
    except OSError:
        return True


def _table(path: str, stamp: _Stamp) -> Mapping[str, Any] | None:
    known = _read_before.get(path)
    if known is None or known[0] != stamp:
        known = _read_before[path] = (stamp, _read(path))
    return known[1]


def _read(path: str) -> Mapping[str, Any] | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ConfigurationError(
            f"`{path}` cannot be read: {error.strerror}", "make it readable for this user, or start elsewhere"
        ) from error
    if TABLE.encode() not in data and _TABLE_TOO.encode() not in data:
        return None  # not worth the import of a parser
    tool = _parse(path, data).get("tool")
    table = tool.get(TABLE, tool.get(_TABLE_TOO)) if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigurationError(f"`tool.{TABLE}` in `{path}` is no table", f"write `[tool.{TABLE}]`, and each setting below it")
    return table


def _parse(path: str, data: bytes) -> Mapping[str, Any]:
    try:
        import tomllib
    except ImportError:  # Python 3.10
        import tomli as tomllib  # type: ignore[no-redef, import-not-found, unused-ignore]
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error)
    # Neither the cause nor its document: both hold the text of the file.
    raise ConfigurationError(f"`{path}` is no valid TOML: {reason}", "mend the file at that place") from None
