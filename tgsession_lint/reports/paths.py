"""A finding's path as other programs want it: absolute, from the root, or as a URI."""

from __future__ import annotations

from posixpath import isabs, join, normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tgsession_lint.reports.report import Report


def absolute(path: str, report: Report) -> str:
    """*path* from the file system's root, with `/`."""
    return path if _rooted(path) else normpath(join(_slashed(report.cwd or report.root), path))


def from_root(path: str, report: Report) -> str:
    """*path* from the project's root where it lies below it, else absolute."""
    root, whole = _root(report), absolute(path, report)
    return whole.removeprefix(root)


def root_uri(report: Report) -> str:
    """The project's root as a URI that relative ones complete."""
    return as_uri(_root(report))


def as_uri(path: str) -> str:
    """*path* as a URI, relative as it is; bytes that are not UTF-8 stay the same bytes."""
    from urllib.parse import quote

    encoded = quote(_bytes(path), safe="/")
    if not _rooted(path):
        return encoded
    return f"file://{encoded}" if path.startswith("/") else f"file:///{encoded.replace('%3A', ':', 1)}"


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character, which only Windows allows in a name
        return path.encode("utf-8", "surrogatepass")


def _root(report: Report) -> str:
    return normpath(_slashed(report.root)).rstrip("/") + "/"


def _rooted(path: str) -> bool:
    return isabs(path) or (path[1:3] == ":/" and path[0].isalpha())


def _slashed(path: str) -> str:
    # Only a Windows root has a drive; elsewhere a backslash is a letter like any other.
    return path.replace("\\", "/") if path[1:2] == ":" else path
