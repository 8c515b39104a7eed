"""Which command lines are workers: Celery's own, the known runners', and the patterns that a project adds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tgsession_runtime.workers.celery_words import MODULES, Match, celery, titled
from tgsession_runtime.workers.program import Program, is_python, readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_runtime.workers.values import Evidence, Kind


@dataclass(frozen=True, slots=True)
class Pattern:
    """A command that is a worker: `rq worker`, `listener.py`, `app.jobs run`.

    The first word names the program or, where Python runs a module, the module; `*` and `?` are wild. The other words are
    its first arguments, options and their values left out. An editor or a search that names the program does not match.
    """

    command: str
    name: str = ""
    kind: Kind = "runner"
    evidence: Evidence = "pattern"

    def matches(self, candidate: Program) -> bool:
        """Whether *candidate* is what this pattern names."""
        name, *words = self.command.split()
        return fnmatchcase(candidate.name, name) and _begins(candidate.words, words)


_COMMANDS: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("dramatiq", "runner", ("dramatiq", "dramatiq-gevent", "dramatiq.__main__")),
    ("rq", "runner", ("rq worker", "rq worker-pool", "rqworker", "rq.cli worker")),
    ("arq", "runner", ("arq", "arq.cli")),
    ("huey", "runner", ("huey_consumer", "huey_consumer.py", "huey.bin.huey_consumer")),
    ("taskiq", "runner", ("taskiq worker",)),
    ("gunicorn", "server", ("gunicorn", "gunicorn.app.wsgiapp")),
    ("uvicorn", "server", ("uvicorn",)),
    ("hypercorn", "server", ("hypercorn",)),
    ("daphne", "server", ("daphne",)),
)
KNOWN = tuple(Pattern(command, name, kind, "command line") for name, kind, commands in _COMMANDS for command in commands)
# What runners with setproctitle call themselves.
_TITLES: tuple[tuple[str, str, Kind], ...] = (("rq:worker:", "rq", "runner"), ("gunicorn: ", "gunicorn", "server"))
_SPAWNED = re.compile(r"from (?:multiprocessing|billiard)[\w.]* import (?:spawn_main|main\b)")
_TRACKER = ("resource_tracker", "semaphore_tracker")


def recognise(words: Sequence[str], patterns: Sequence[Pattern] = ()) -> Match | None:
    """What the process with this command line is; None if it is no worker."""
    if not words or not words[0]:
        return None
    if words[0].startswith("[celery"):
        return titled(" ".join(words).rstrip())
    for start, runner, kind in _TITLES:
        if words[0].startswith(start):
            return Match(runner, kind, "process title")
    for candidate in readings(words):
        if match := _recognise(candidate, patterns):
            return match
    return None


def is_spawned(words: Sequence[str]) -> bool:
    """Whether multiprocessing started this process as a fresh interpreter: a pool process if its parent is a worker."""
    code = next((word for word in words[1:] if word.startswith("from ")), "")
    return is_python(words) and _SPAWNED.match(code) is not None and not any(name in code for name in _TRACKER)


def worth_reading(patterns: Sequence[Pattern] = ()) -> re.Pattern[bytes]:
    """What every command line that `recognise` or `is_spawned` says yes to contains."""
    names = {one.command.split()[0] for one in (*KNOWN, *patterns)}
    # A wild name promises only its longest plain part.
    plain = {max(re.split(r"[*?\[\]]", name), key=len) for name in names}
    starts = [start for start, _, _ in _TITLES]
    return re.compile(b"|".join(re.escape(one.encode()) for one in sorted({"celery", "spawn_main", "forkserver", *plain, *starts})))


def _recognise(candidate: Program, patterns: Sequence[Pattern]) -> Match | None:
    if candidate.name in MODULES:
        return celery(candidate.words)
    if candidate.name == "manage.py" and candidate.words[:1] == ("celery",):
        return celery(candidate.words[1:])
    for pattern in (*patterns, *KNOWN):
        if pattern.matches(candidate):
            return Match(pattern.name or pattern.command.split()[0], pattern.kind, pattern.evidence)
    return None


def _begins(given: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether *given* begins with *wanted*, but for options, each with one value at most."""
    at = 0
    for want in wanted:
        while at < len(given) and not fnmatchcase(given[at], want):
            if not given[at].startswith("-") and not (at and given[at - 1].startswith("-")):
                return False
            at += 1
        if at == len(given):
            return False
        at += 1
    return not {"--help", "--version"}.intersection(given[:at + 1])
