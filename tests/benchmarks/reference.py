"""The least a linter of this kind must do, as bare as Python allows.

`reference.py read FOLDER`: look for one word in every Python file.
`reference.py read-parse FOLDER FILE…`: that, then import LibCST and parse the files that matter.
`reference.py parse FILE…`: import LibCST and parse.
"""

import os
import sys

FIRST = 1 << 16


def read(path: str) -> bytes:
    """All of a file: most fit the first read."""
    file = os.open(path, os.O_RDONLY)
    try:
        data = os.read(file, FIRST)
        while len(data) >= FIRST and (more := os.read(file, 1 << 24)):
            data += more
        return data
    finally:
        os.close(file)


def search(folder: str) -> list[str]:
    """The Python files below *folder* that say the word."""
    found: list[str] = []
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    if b"telethon" in read(entry.path):
                        found.append(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return found


def parse(paths: list[str]) -> None:
    """Parse and drop each of *paths*."""
    import libcst

    for path in paths:
        libcst.parse_module(read(path))


what, *rest = sys.argv[1:]
if what != "parse":
    search(rest.pop(0))
if what != "read":
    parse(rest)
