"""What Celery was told to be: its command line, or the process title that it gives itself."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_runtime.workers.values import Evidence, Kind

MODULES = frozenset({"celery", "celery.__main__", "celery.bin.celery"})

# Source: `celery --help`, `celery worker --help` of 5.4 to 5.7, and 4.4's, which took all of them after the command.
_OPTIONS = {
    "-A": "app", "--app": "app", "-b": "", "--broker": "", "--result-backend": "", "--loader": "", "--config": "",
    "--workdir": "", "-n": "node", "--hostname": "node", "-S": "", "--statedb": "", "-l": "", "--loglevel": "", "-O": "",
    "--optimization": "", "--prefetch-multiplier": "", "-c": "concurrency", "--concurrency": "concurrency", "-P": "pool",
    "--pool": "pool", "--time-limit": "", "--soft-time-limit": "", "--max-tasks-per-child": "", "--pool-start-method": "",
    "--max-memory-per-child": "", "--queues": "queues", "-Q": "queues", "--exclude-queues": "", "-X": "", "--include": "",
    "-I": "", "--heartbeat-interval": "", "--autoscale": "autoscale", "-s": "", "--schedule": "", "--schedule-filename": "",
    "--scheduler": "", "-f": "", "--logfile": "", "--pidfile": "", "--uid": "", "--gid": "", "--umask": "",
    "--executable": "", "--max-interval": "",
}  # fmt: skip
_COMMANDS = frozenset({
    "amqp", "beat", "call", "control", "events", "flower", "graph", "help", "inspect", "list", "logtool", "migrate", "multi",
    "purge", "report", "result", "shell", "status", "upgrade", "worker",
})  # fmt: skip
_KINDS: dict[str, Kind] = {"worker": "main", "beat": "beat", "flower": "flower"}
_TITLE = re.compile(r"\[celeryd: (?P<node>.+?):(?P<role>[A-Za-z]+Process|[A-Za-z]*PoolWorker-[\d:]+)\](?P<info>.*)", re.DOTALL)
_BEAT_TITLE = "[celery beat]"


@dataclass(frozen=True, slots=True)
class Match:
    """What a process says that it is."""

    runner: str
    kind: Kind
    evidence: Evidence
    app: str | None = None
    node: str | None = None
    queues: tuple[str, ...] = ()
    pool: str | None = None
    concurrency: int | None = None


def celery(words: Sequence[str], evidence: Evidence = "command line") -> Match | None:
    """What `celery` with these *words* is; None for `inspect`, `multi` and other commands that run no tasks."""
    options: dict[str, str] = {}
    command = ""
    rest = iter(words)
    own = False
    for word in rest:
        if not word.startswith("-"):
            # Only the first one is the command: `celery call worker` runs no worker. What stands behind an option that the
            # app has added may be its value.
            if not command and (word in _COMMANDS or not own):
                command = word
            own = False
            continue
        name, given, value = _split(word)
        if name in {"--help", "--version"}:
            return None
        own = name not in _OPTIONS and not given
        if name in _OPTIONS:
            options[_OPTIONS[name]] = value if given else next(rest, "")
    kind = _KINDS.get(command)
    return _match(kind, options, evidence) if kind else None


def titled(title: str) -> Match | None:
    """What the process title of Celery with setproctitle says: `[celeryd: w1@host:MainProcess] -active- (-A app worker)`."""
    if title.startswith(_BEAT_TITLE):
        return celery(title[len(_BEAT_TITLE) :].split(), "process title") or Match("celery", "beat", "process title")
    found = _TITLE.fullmatch(title)
    if found is None:
        return None
    if found["role"] != "MainProcess":
        return Match("celery", "pool", "process title", node=found["node"])
    told = celery(found["info"].partition("(")[2].rpartition(")")[0].split(), "process title")
    node = found["node"]
    if told is None or told.kind != "main":  # its own script called `worker_main()`
        return Match("celery", "main", "process title", node=node)
    return Match("celery", "main", "process title", told.app, node, told.queues, told.pool, told.concurrency)


def _split(word: str) -> tuple[str, bool, str]:
    """`--app=x`, `-Ax`, `-A` -> the option, whether its value stands in the same word, and that value."""
    if word.startswith("--"):
        name, given, value = word.partition("=")
        return name, bool(given), value
    return word[:2], len(word) > 2, word[2:].removeprefix("=")


def _match(kind: Kind, options: dict[str, str], evidence: Evidence) -> Match:
    limit = options.get("concurrency") or options.get("autoscale", "").partition(",")[0]
    return Match(
        "celery", kind, evidence,
        app=options.get("app"),
        node=_node(options.get("node")) if kind == "main" else None,
        queues=tuple(filter(None, options.get("queues", "").split(","))),
        pool={"processes": "prefork"}.get(options.get("pool", ""), options.get("pool")),
        concurrency=int(limit) if limit.isdecimal() else None,
    )  # fmt: skip


def _node(given: str | None) -> str:
    """Source: `celery.utils.nodenames`; `%h` host, `%n` its name, `%d` its domain."""
    host = socket.gethostname()
    name, _, domain = host.partition(".")
    text = given or "celery@%h"
    for sign, value in (("%h", host), ("%n", name), ("%d", domain)):
        text = text.replace(sign, value)
    return text if "@" in text else f"{text}@{host}"
