"""The words of a command line -> the program that they run, under Python or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# `python`, `python3.12`, `python3.13t`, `pypy3`, `Python` inside macOS's framework, `pythonw.exe`.
_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*[a-z]{0,2}(?:\.exe)?", re.IGNORECASE)
# Source: `python --help`; the other short options take no value.
_WITH_VALUE = frozenset("WX")
# These run the program named behind their own options in their own process.
_IN_PROCESS = frozenset({
    "cProfile", "coverage", "ddtrace-run", "debugpy", "ipdb", "kernprof", "memray", "newrelic-admin",
    "opentelemetry-instrument", "pdb", "profile", "pudb", "pydevd.py", "pyinstrument", "scalene", "trace", "viztracer",
})  # fmt: skip
# `coverage run`, `memray run`, `newrelic-admin run-program`.
_ITS_COMMANDS = frozenset({"run", "run-program", "run-python"})


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its file's or module's name, and the words that it was given."""

    name: str
    words: tuple[str, ...]
    python: bool = False

    def __str__(self) -> str:
        return f"python {self.name}".rstrip() if self.python and self.name.endswith(".py") else self.name


def program(words: Sequence[str]) -> Program:
    """What runs: the script or module where Python runs it, else the command itself.

    Wrappers (`sh -c`, `uv run`, `sudo`, `docker exec`) are programs of their own: what they start has a process of its own.
    """
    if not words:
        return Program("", ())
    name = _base(words[0])
    return _of_python(tuple(words)) if _PYTHON.fullmatch(name) else Program(_plain(words[0]), tuple(words[1:]))


def shown(words: Sequence[str]) -> str:
    """A process by its program's name, for people; a title that it gave itself is cut to its first word."""
    if len(words) == 1 and " " in words[0]:
        words = (words[0].split(" ")[0].strip("[]:"),)
    return str(program(words)) or "?"


def readings(words: Sequence[str]) -> Iterator[Program]:
    """Every program that *words* may run in one process: debuggers and profilers run another one in their own."""
    outer = program(words)
    yield outer
    if outer.name in _IN_PROCESS:
        yield from _run_by(outer.words)


def _run_by(words: tuple[str, ...]) -> Iterator[Program]:
    """The programs that a debugger or profiler with these *words* may run: options' values cannot be told from it."""
    for at, word in enumerate(words):
        if word == "-m" and at + 1 < len(words):
            yield Program(words[at + 1], words[at + 2 :], python=True)
            return
        if word.startswith("-") or word in _ITS_COMMANDS:
            continue
        yield Program(_plain(word), words[at + 1 :], python=True)
        if word.endswith(".py") or at == 0 or not words[at - 1].startswith("-"):
            return


def is_python(words: Sequence[str]) -> bool:
    """Whether Python runs here, as far as the command line tells."""
    return bool(words) and _PYTHON.fullmatch(_base(words[0])) is not None


def _of_python(words: tuple[str, ...]) -> Program:
    """Skip Python's own options: `-W error`, `-Xdev`, `-Im celery`."""
    at = 1
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        word = words[at]
        if word.startswith("--"):
            at += 2 if word == "--check-hash-based-pycs" else 1
            continue
        for index, letter in enumerate(word[1:], start=2):
            if letter == "c":
                return Program("python -c", words[at + 1 :] if word[index:] == "" else (word[index:], *words[at + 1 :]))
            if letter == "m":
                name, rest = (word[index:], at + 1) if word[index:] else ("".join(words[at + 1 : at + 2]), at + 2)
                return Program(name, words[rest:], python=True)
            if letter in _WITH_VALUE:
                at += not word[index:]
                break
        at += 1
    if at >= len(words) or words[at] == "-":
        return Program("python", ())
    return Program(_plain(words[at]), words[at + 1 :], python=True)


def _plain(path: str) -> str:
    """`/srv/.venv/bin/celery`, `celery.exe`, `celery-script.py`, `celery/__main__.py` -> `celery`."""
    name = _base(path)
    if name == "__main__.py":
        return _base(path.replace("\\", "/").rpartition("/")[0]) or name
    return name.removesuffix(".exe").removesuffix("-script.py")


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
