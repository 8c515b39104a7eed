"""The workers of a project that are running now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tgsession_runtime.workers.belonging import Project
from tgsession_runtime.workers.markers import is_marked
from tgsession_runtime.workers.platforms import this_system
from tgsession_runtime.workers.program import shown
from tgsession_runtime.workers.runners import is_spawned, recognise, worth_reading
from tgsession_runtime.workers.values import Found, Process, Uninspectable, Worker

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from tgsession_runtime.workers.celery_words import Match
    from tgsession_runtime.workers.runners import Pattern
    from tgsession_runtime.workers.system import Facts, System

HIDDEN = Uninspectable(None, "the system hides the processes of other users (`hidepid` on /proc)")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A process that says that it is a worker; without *match*, one that multiprocessing started."""

    pid: int
    words: tuple[str, ...]
    facts: Facts
    match: Match | None


def running(
    project: Path, *, names: Collection[str] = (), patterns: Sequence[Pattern] = (), markers: Path | None = None,
    system: System | None = None,
) -> Found:  # fmt: skip
    """The workers of *project*, and those of which this user may not know whether they are its.

    *names* are apps and nodes that belong to it wherever they run; *patterns* are commands that count as workers besides
    the known ones; *markers* is the folder where workers that use the guard say so. The worker that the calling process
    is itself part of is left out. Takes some 5 ms beside 500 other processes.
    """
    system = system or this_system()
    ours = Project(project, names)
    workers: list[Worker] = []
    closed = [HIDDEN] if system.hides_others() else []
    for main, *pool in _groups(_seen(system, patterns)):
        try:
            if worker := _worker(main, pool, ours, markers, system):
                workers.append(worker)
        except PermissionError:
            closed.append(Uninspectable(_process(main), "it looks like a worker; whose, only its user and root may see"))
        except OSError:  # it has ended in the meantime
            continue
    return Found(tuple(workers), tuple(closed))


def _seen(system: System, patterns: Sequence[Pattern]) -> dict[int, _Seen]:
    seen = {}
    for pid, words in system.command_lines(worth_reading(patterns)):
        match = recognise(words, patterns)
        if (match or is_spawned(words)) and (facts := system.facts(pid)):
            seen[pid] = _Seen(pid, words, facts, match)
    return dict(sorted(seen.items()))


def _groups(seen: Mapping[int, _Seen]) -> Iterator[list[_Seen]]:
    """Each main process with the processes of its pool; not the one that asks."""
    groups: dict[int, list[_Seen]] = {}
    for one in seen.values():
        top = _top(one, seen)
        groups.setdefault(top.pid, [top])
        if one is not top:
            groups[top.pid].append(one)
    for group in groups.values():
        if group[0].match is not None and os.getpid() not in {one.pid for one in group}:
            yield group


def _top(one: _Seen, seen: Mapping[int, _Seen]) -> _Seen:
    """The main process that *one* belongs to: a forked child says the same of itself as its parent, or less."""
    passed = {one.pid}
    while (parent := seen.get(one.facts.parent)) and parent.pid not in passed and _is_child(one, parent):
        one = parent
        passed.add(one.pid)
    return one


def _is_child(one: _Seen, parent: _Seen) -> bool:
    if one.match is None or parent.match is None:
        return one.match is None
    if one.words == parent.words:
        return True
    # A fork may give itself a title, or keep the words that its parent has replaced by one. A main process with a name of
    # its own is no fork: a task has started another worker.
    told = {one.match.evidence, parent.match.evidence}
    own = one.match.kind == "main" and one.match.node != parent.match.node
    return one.match.runner == parent.match.runner and "process title" in told and not own


def _worker(main: _Seen, pool: Sequence[_Seen], ours: Project, markers: Path | None, system: System) -> Worker | None:
    match = main.match
    if match is None:
        return None
    reason = ours.reason(match, (main.pid, *(one.pid for one in pool)), system)
    if reason is None:
        return None
    children = tuple(one.pid for one in pool if one.match is None or one.match.kind in {"main", "pool", "runner", "server"})
    return Worker(
        _process(main), match.runner, match.kind, match.app, match.node, match.queues,
        match.pool or ("prefork" if children and match.kind == "main" else None), match.concurrency, children,
        system.shown_folder(main.pid), match.evidence, reason,
        guarded=markers is not None and is_marked(markers, main.pid, main.facts),
    )  # fmt: skip


def _process(one: _Seen) -> Process:
    program = one.match.runner if one.match and one.match.evidence == "process title" else shown(one.words)
    return Process(one.pid, one.facts.started, one.facts.since, one.facts.user, program)
