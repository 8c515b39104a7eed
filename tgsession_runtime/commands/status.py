"""`tgsession-guard status`: sessions, their holders and the project's workers in one table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tgsession_runtime.check import check
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.display import echo, table, weighed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_runtime.verdict import Verdict
    from tgsession_runtime.workers import Worker


@click.command(
    "status",
    short_help="Show sessions, holders and workers in one table.",
    epilog="Exit status: 0, whatever is shown; `check` is the command that judges. Example: `tgsession-guard status`.",
)
@click.argument("session", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.option("--remote", is_flag=True, help="Ask the workers of all hosts too, through the broker of `celery-app`.")
def command(session: tuple[str, ...], *, as_json: bool, remote: bool) -> int:
    """Show each SESSION with its holder and verdict, and the workers of the project."""
    about = asked(session, need_one=False)
    about = about.ask_all_hosts() if remote else about
    around = about.around
    verdicts = [check(name, around) for name in about.names]
    if as_json:
        workers = [_as_json(worker) for worker in around.workers.workers]
        echo(json.dumps({"sessions": [one.as_json() for one in verdicts], "workers": workers}, indent=2))
        return 0
    echo(tables(verdicts, around.workers.workers))
    return 0


def tables(verdicts: Sequence[Verdict], workers: Sequence[Worker]) -> str:
    """Both tables, as text."""
    sessions = [_session_row(one) for one in verdicts]
    first = table([("SESSION", "VERDICT", "KEY ID", "HELD BY"), *sessions]) if sessions else "no sessions"
    return f"{first}\n\n{worker_table(workers)}"


def worker_table(workers: Sequence[Worker]) -> str:
    """The workers, as text."""
    rows = [_worker_row(one) for one in workers]
    return table([("WORKER", "NODE", "POOL", "GUARDED", "PIDS"), *rows]) if rows else "no workers"


def _session_row(verdict: Verdict) -> tuple[str, str, str, str]:
    held = next((reason for reason in verdict.reasons if reason.code in {"held", "lease-held"}), None)
    by = ", ".join(f"pid {one['pid']} {one['command']}".strip() for one in held.details["holders"]) if held else "-"
    return verdict.name.label, weighed(verdict.answer), verdict.name.key_id_hex or "-", by or "?"


def _worker_row(worker: Worker) -> tuple[str, str, str, str, str]:
    pids = " ".join(map(str, worker.pids))
    return worker.runner, worker.node or "-", worker.pool or "-", "yes" if worker.guarded else "no", pids


def _as_json(worker: Worker) -> dict[str, Any]:
    return {
        "runner": worker.runner, "kind": worker.kind, "app": worker.app, "node": worker.node, "queues": list(worker.queues),
        "pool": worker.pool, "pids": list(worker.pids), "guarded": worker.guarded, "belongs_by": worker.belongs_by,
        "since": worker.process.since.isoformat() if worker.process.since else None,
    }  # fmt: skip
