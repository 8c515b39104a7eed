"""`tgsession-guard status`: sessions, their holders, the project's workers and the leases, in tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tgsession_runtime.check import check
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.display import echo, table, weighed
from tgsession_runtime.errors import StoreError
from tgsession_runtime.holder import current as this_process
from tgsession_runtime.session import with_key_if_readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgsession_runtime.check import Surroundings
    from tgsession_runtime.session import SessionName
    from tgsession_runtime.stores import Held
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
    """Show each SESSION with its holder and verdict, the workers of the project and, on whatever host, who has its leases."""
    about = asked(session, need_one=False)
    about = about.ask_all_hosts() if remote else about
    around = about.around
    verdicts = [check(name, around) for name in about.names]
    if as_json:
        leased = {one.name: one.lease for one in verdicts if one.lease}
        workers = [{**_as_json(worker), "leases": leases_of(worker, leased)} for worker in around.workers.workers]
        echo(json.dumps({"sessions": [one.as_json() for one in verdicts], "workers": workers}, indent=2))
        return 0
    echo(tables(verdicts, around))
    return 0


def tables(verdicts: Sequence[Verdict], around: Surroundings) -> str:
    """Sessions, workers and, where a store is configured, leases as text."""
    sessions = [_session_row(one) for one in verdicts]
    first = table([("SESSION", "VERDICT", "KEY ID", "HELD BY"), *sessions]) if sessions else "no sessions"
    return f"{first}\n\n{worker_and_lease_tables([one.name for one in verdicts], around)}"


def worker_and_lease_tables(names: Sequence[SessionName], around: Surroundings) -> str:
    """The workers and, where a store is configured, who has the leases of *names*, on whatever host, as text."""
    workers = around.workers.workers
    if around.leasing is None:
        return worker_table(workers)
    try:
        leased = {name: lease for name in names if (lease := around.leases.of(with_key_if_readable(name))) is not None}
    except StoreError as error:
        return f"{worker_table(workers)}\n\nleases: {error}"
    return f"{worker_table(workers, leased)}\n\n{_lease_table(leased)}"


def worker_table(workers: Sequence[Worker], leased: Mapping[SessionName, Held] | None = None) -> str:
    """The workers, and what they have *leased*, as text."""
    more = [] if leased is None else ["LEASES"]
    rows = [[*_worker_row(one), *([] if leased is None else [", ".join(leases_of(one, leased)) or "-"])] for one in workers]
    return table([["WORKER", "NODE", "POOL", "GUARDED", "PIDS", *more], *rows]) if rows else "no workers"


def leases_of(worker: Worker, leased: Mapping[SessionName, Held]) -> list[str]:
    """The sessions that *worker*, which runs on this host, has *leased*."""
    boot = this_process().boot_id
    found = ((name.label, lease.holder) for name, lease in leased.items())
    return [label for label, one in found if one is not None and one.boot_id == boot and one.pid in worker.pids]


def _lease_table(leased: Mapping[SessionName, Held]) -> str:
    rows = [(name.label, str(one.token or "-"), f"{one.left:.0f} s", str(one.holder or "nobody gets in")) for name, one in leased.items()]
    return table([("LEASED SESSION", "TOKEN", "ENDS IN", "BY"), *rows]) if rows else "no leases"


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
