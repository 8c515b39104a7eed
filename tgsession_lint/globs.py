"""The globs of the settings: which names and paths one means. Nothing heavy is imported: this runs on every commit."""

from __future__ import annotations

DEFAULT_EXCLUDE = (
    ".git", ".hg", ".svn", ".bzr", ".tox", ".nox", ".venv", "venv", "__pycache__", "node_modules", "site-packages",
    ".eggs", "*.egg-info", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints",
    "__pypackages__", "_build", "buck-out", "dist",
)  # fmt: skip


def matches(path: str, pattern: str) -> bool:
    """Whether *path* (from the root, with `/`) matches *pattern*.

    A pattern without a slash is about the file's name or any folder on the way; one with a slash is about the path
    from the root, or from any folder where it begins with `**/` or ends in `/**`. What matches a folder matches
    everything below it.
    """
    from fnmatch import fnmatchcase

    if is_name(pattern):
        name = pattern.removeprefix("./").rstrip("/").rpartition("/")[2]
        return any(fnmatchcase(part, name) for part in path.split("/"))
    return any(fnmatchcase(path, form) for form in forms(pattern))


def is_name(pattern: str) -> bool:
    """Whether *pattern* is about names, wherever they stand, rather than about paths."""
    bare = pattern.removeprefix("./").rstrip("/")
    while bare.startswith("**/"):
        bare = bare[3:]
    return "/" not in bare


def forms(pattern: str) -> list[str]:
    """The globs, for `fnmatch` and whole paths, that together mean the same as *pattern*, which is about paths."""
    pattern = pattern.removeprefix("./").rstrip("/")
    anywhere = pattern.startswith("**/")
    while pattern.startswith("**/"):
        pattern = pattern[3:]
    contents = pattern.endswith("/**")  # everything in the folder, not a file of its name
    pattern = pattern.removesuffix("/**").removeprefix("/")
    found = [pattern, *([pattern.replace("**/", "")] if "**/" in pattern else [])]
    if anywhere or contents:
        found += [f"*/{form}" for form in found]
    return [*([] if contents else found), *(f"{form}/*" for form in found)]
