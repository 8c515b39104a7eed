"""What a worker that uses the guard leaves in the state folder, so that others know it: `PID-STARTED.json`.

A marker counts only for the process that wrote it: its pid, start time, boot and pid namespace must all agree, so that
neither a pid that is used again nor a restart of the machine makes an unguarded worker look guarded.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from tgsession_runtime import holder
from tgsession_runtime.processes import pid_namespace, started_at

if TYPE_CHECKING:
    from pathlib import Path

    from tgsession_runtime.workers.system import Facts


@dataclass(frozen=True, slots=True)
class Marker:
    """A worker's main process that says of itself that it uses the guard."""

    pid: int
    """As the worker itself sees it."""
    started: str
    boot_id: str
    pid_namespace: str
    host: str
    node: str
    app: str
    since: str
    """When the marker was written, UTC."""


def mark(folder: Path, *, node: str = "", app: str = "") -> Path:
    """Say in *folder* that the calling process is a worker that uses the guard; `unmark` takes it back.

    Raises:
        OSError: the folder cannot be written to.
    """
    here = holder.current()
    marker = Marker(here.pid, here.started, here.boot_id, here.pid_namespace, here.host, node, app, here.since)
    path = folder / _name(marker.pid, marker.started)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(asdict(marker)), encoding="utf-8")
    half.chmod(0o600)
    half.replace(path)  # never half written where it is looked for
    return path


def unmark(path: Path) -> None:
    """Take a marker back; nothing to do if it is gone."""
    path.unlink(missing_ok=True)


def read(path: Path) -> Marker | None:
    """The marker in *path*; None if there is none or it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Marker(**{one.name: found[one.name] for one in fields(Marker)})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def is_marked(folder: Path, pid: int, facts: Facts) -> bool:
    """Whether process *pid* has said in *folder* that it uses the guard."""
    marker = read(folder / _name(facts.inner_pid, facts.started))
    return (
        marker is not None
        and (marker.pid, marker.started) == (facts.inner_pid, facts.started)
        and (marker.boot_id, marker.pid_namespace) == (holder.current().boot_id, pid_namespace(pid))
    )


def sweep(folder: Path) -> list[Path]:
    """Remove the markers whose process is proven gone; those of other hosts and namespaces cannot be judged and stay."""
    gone = [path for path in sorted(folder.glob("*-*.json")) if (marker := read(path)) and _is_gone(marker)]
    for path in gone:
        unmark(path)
    return gone


def _is_gone(marker: Marker) -> bool:
    here = holder.current()
    if (marker.host, marker.pid_namespace) != (here.host, here.pid_namespace):
        return False
    return marker.boot_id != here.boot_id or started_at(marker.pid) != marker.started


def _name(pid: int, started: str) -> str:
    return f"{pid}-{started}.json"
