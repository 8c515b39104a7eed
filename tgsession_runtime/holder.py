"""Who holds a session: a record that others can read, and whether that process still lives."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from dataclasses import dataclass, fields, replace
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Literal

from tgsession_runtime.processes import ancestry, boot_id, may_have_files_open, pid_namespace, started_at

# One block, written whole and never truncated: a reader sees the old record or the new one, at 4 µs instead of 3.4 ms
# for a truncating write on ext4 (measured; the flush at close costs that).
SIZE = 1024
_LONGEST = 200
_CUT = ("thread", "task", "worker", "command", "host")
_STATES = frozenset({"waiting", "holding", "released"})
_KINDS: dict[str, type] = {"pid": int, "shared": bool}  # the others are texts


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, thread or task that holds a session, waits for it, or held it."""

    token: str
    """Names this one claim."""
    host: str
    boot_id: str
    pid: int
    pid_namespace: str
    started: str
    """When the process started, in the system's own count: a pid that is used again differs in it."""
    since: str
    """When the claim was made, UTC."""
    command: str = ""
    thread: str = ""
    task: str = ""
    worker: str = ""
    """The Celery worker it is, and the task that it runs."""
    version: str = ""
    state: Literal["waiting", "holding", "released"] = "holding"
    shared: bool = False
    egress: str = ""
    """How it reaches Telegram, if it shares the session: proxy, address family, local address."""
    key_id: str = ""

    def __str__(self) -> str:
        where = "" if self.host == hostname() else f" on {self.host}"
        what = ", ".join(filter(None, (f"`{self.command}`" if self.command else "", self.worker)))
        return f"pid {self.pid}{where}{f' ({what})' if what else ''} since {self.since}"

    @property
    def is_here(self) -> bool:
        """Whether its pid means something to this process: the same running system and pid namespace."""
        here = _process(os.getpid())
        return (self.boot_id, self.pid_namespace) == (here.boot_id, here.pid_namespace)

    def encode(self) -> bytes:
        """The record as one padded block; texts that do not fit are cut, those first that only help to recognise it."""
        values: dict[str, Any] = {one: getattr(self, one) for one in self.__slots__}
        while len(data := json.dumps(values, separators=(",", ":")).encode()) >= SIZE:
            longest = max(_CUT, key=lambda name: len(values[name]))
            name = longest if values[longest] else "egress"
            if not values[name]:
                break  # no text of ours is that long
            values[name] = values[name][: len(values[name]) // 2]
        return data.ljust(SIZE - 1) + b"\n"


def decode(data: bytes) -> Holder | None:
    """The record in *data*; None where there is none, or one that is half written or not ours."""
    try:
        found = json.loads(data)
        known = {one.name: found[one.name] for one in fields(Holder) if one.name in found}
        # Whoever may write into the session's folder may have left anything there; what a message says to kill is a process.
        ours = all(isinstance(value, _KINDS.get(name, str)) for name, value in known.items())
        return Holder(**known) if ours and known["pid"] > 0 and known.get("state", "holding") in _STATES else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def current(*, shared: bool = False, egress: str = "", key_id: str = "") -> Holder:
    """The record of the calling thread and task, with a new token."""
    return replace(
        _process(os.getpid()), token=os.urandom(8).hex(), since=utc_now(), thread=_thread(), task=_task(), worker=_worker(),
        shared=shared, egress=egress[:_LONGEST], key_id=key_id,
    )  # fmt: skip


def utc_now() -> str:
    """The current second, UTC, as records and messages write it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def liveness(holder: Holder) -> Literal["alive", "gone", "unknown"]:
    """Whether the process of *holder* lives; `unknown` if it cannot be told from here.

    A pid says something only on the same running system and in the same pid namespace.
    """
    here = _process(os.getpid())
    if not holder.boot_id or holder.boot_id != here.boot_id or holder.pid_namespace != here.pid_namespace:
        return "unknown"
    started = started_at(holder.pid)
    return "alive" if started is not None and started == holder.started else "gone"


def is_ending(holder: Holder) -> bool:
    """Whether the process of *holder*, which has lost its lock, may still have connections open."""
    here = _process(os.getpid())
    if holder.pid == here.pid or (holder.boot_id, holder.pid_namespace) != (here.boot_id, here.pid_namespace):
        return False
    return may_have_files_open(holder.pid, holder.started)


def is_same_process(holder: Holder) -> bool:
    """Whether *holder* is this process, in whatever thread."""
    here = _process(os.getpid())
    return (holder.boot_id, holder.pid_namespace, holder.pid, holder.started) == (here.boot_id, here.pid_namespace, here.pid, here.started)


def is_ancestor(holder: Holder) -> bool:
    """Whether *holder* is a process that started this one, over however many generations, or this one itself.

    A program that `tgsession-guard run` has started is named in the record as the holder.
    """
    return (holder.pid, holder.started) in ancestry(os.getpid()) and liveness(holder) == "alive"


def hostname() -> str:
    """What this host calls itself; `TGSESSION_HOST` says it where that does not tell hosts apart."""
    return os.environ.get("TGSESSION_HOST") or socket.gethostname()


@lru_cache(maxsize=1)
def _process(pid: int) -> Holder:
    """What stays the same while a process lives; keyed by pid, so that a fork asks anew."""
    from tgsession_runtime import __version__

    return Holder(
        token="", host=hostname(), boot_id=boot_id(), pid=pid,
        pid_namespace=pid_namespace("self"), started=started_at(pid) or "", since="", command=_command(), version=__version__,
    )  # fmt: skip


def _command() -> str:
    """The program's name: never its arguments, which may hold a secret."""
    program = getattr(sys, "argv", None) or [""]
    name = os.path.basename(program[0]) or "python"
    if name == "__main__.py":
        name = f"python -m {os.path.basename(os.path.dirname(program[0]))}"
    return {"-c": "python -c", "-m": "python -m"}.get(name, name)[:_LONGEST]


def _thread() -> str:
    thread = threading.current_thread()
    return "" if thread is threading.main_thread() else thread.name[:_LONGEST]


def _task() -> str:
    asyncio: Any = sys.modules.get("asyncio")
    try:
        task = asyncio.current_task() if asyncio else None
    except RuntimeError:
        return ""
    return task.get_name()[:_LONGEST] if task else ""


def _worker() -> str:
    """The Celery task that runs here, if Celery is in use at all."""
    celery: Any = sys.modules.get("celery")
    task = getattr(celery, "current_task", None)
    request = getattr(task, "request", None) if task else None
    if task is None or not request:
        return ""
    return f"celery task {task.name} on {getattr(request, 'hostname', '')}"[:_LONGEST]
