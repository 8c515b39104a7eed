"""`tgsession-guard workers`: start and stop the project's workers, and prove that no session is left in use."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from tgsession_runtime import control, workers
from tgsession_runtime.check import check, holders
from tgsession_runtime.commands.asked import asked
from tgsession_runtime.commands.status import worker_and_lease_tables
from tgsession_runtime.console import say
from tgsession_runtime.display import echo
from tgsession_runtime.errors import ConfigurationError, WorkersError
from tgsession_runtime.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tgsession_runtime.commands.asked import Asked
    from tgsession_runtime.workers import Worker

_LOOK_EVERY = 0.25
_TELL_EVERY = 1.0
# What a start does not mind: a session that waits to be logged in or used by a guarded worker is no danger.
_IN_THE_WAY = frozenset({"held", "open-elsewhere", "worker-running", "revoked", "corrupt", "schema-newer", "lease-held"})

_timeout = click.option(
    "-t", "--timeout", type=click.FloatRange(0), default=15.0, show_default=True, metavar="SECONDS", help="How long tasks get to finish."
)
_force = click.option("--force", is_flag=True, help="Then end the tasks (cold shutdown) and, for what still lives, SIGKILL.")
_up_in = click.option(
    "-w", "--wait", type=click.FloatRange(0), default=60.0, show_default=True, metavar="SECONDS", help="How long it may take to come up."
)


@click.group(
    "workers",
    short_help="Start and stop the project's workers.",
    no_args_is_help=False,
    epilog="Exit status: 0 done, 1 not, 2 wrong use. Examples: `tgsession-guard workers status`, `tgsession-guard workers stop --timeout 60`, "
    "`tgsession-guard workers restart`.",
)
def command() -> None:
    """Start and stop the project's workers, whoever started them.

    What is started stands in the configuration: `celery-app` and `celery-options`.
    """


@command.command("status", short_help="Show the workers, and who has leases.")
def status() -> int:
    """Show the workers of the project, and who has leases of its sessions. Exit status: 0 some run, 1 none do."""
    about = asked([], need_one=False)
    around = about.around
    echo(worker_and_lease_tables(about.names, around))
    return 0 if around.workers.workers else 1


@command.command("start", short_help="Start a worker, and wait until it answers.")
@_up_in
def start(wait: float) -> int:
    """Start a worker and wait until it answers; refuses while a session of the project is not safe to use.

    A worker that uses the guard (`guard_workers`) is started even while another host has the lease: its tasks wait for that,
    up to `lock-timeout`. What the worker says goes to a log in the state folder, whose name is printed.
    """
    return start_worker(asked([], need_one=False), wait)


@command.command("stop", short_help="Stop the workers: their tasks finish first.")
@_timeout
@_force
def stop(timeout: float, *, force: bool) -> int:
    """Stop the workers warm: tasks finish, guards disconnect. Afterwards no process has a session of the project in use.

    A worker that has not ended in time goes on; it is named with what it runs and which session it has. With `--force` its
    tasks are ended then: they get 13 s to disconnect (a soft shutdown's respite is cut short), and SIGKILL comes last.
    """
    return stop_workers(asked([], need_one=False), timeout, force=force)


@command.command("restart", short_help="Stop the workers, then start one.")
@_timeout
@_force
@_up_in
def restart(timeout: float, wait: float, *, force: bool) -> int:
    """Stop the workers, then start one."""
    _required_app(asked([], need_one=False))  # or they would be stopped, and none started
    return stop_workers(asked([], need_one=False), timeout, force=force) or start_worker(asked([], need_one=False), wait)


def start_worker(about: Asked, wait: float) -> int:
    """Start the configured worker and wait until it answers; the exit status."""
    settings, app = about.settings, _required_app(about)
    _refuse_unsafe(about, guarded=workers.will_guard(app))
    log = State(settings.state_dir).root / f"worker-{app.partition(':')[0]}.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = control.size_of(log)
    pid = control.start(app, settings.celery_options, settings.project, log)
    try:
        answers = _wait_until_up(app, pid, wait)
    except BaseException:
        say(f"the worker (pid {pid}) goes on starting; `tgsession-guard workers status` shows it, `tgsession-guard workers stop` ends it")
        raise
    if not answers:
        raise _not_up(pid, log, before, wait)
    echo(f"started: pid {pid}, log `{log}`")
    return 0


def _not_up(pid: int, log: Path, before: int, waited: float) -> WorkersError:
    """What is known of a worker that has not come up."""
    words = control.last_words(log, before)
    last = f"; its last words:\n{words}" if words else ""
    if control.is_running(pid):
        more = "longer: `tgsession-guard workers start --wait 120` next time; it still runs, and `tgsession-guard workers stop` ends it"
        return WorkersError(f"the worker (pid {pid}) has not answered in {waited:g} s", f"see whether it reaches its broker, or wait {more}{last}")
    return WorkersError(f"the worker (pid {pid}) has ended instead of coming up", f"mend what its log says: `{log}`{last}")


def _refuse_unsafe(about: Asked, *, guarded: bool) -> None:
    """Refuse to start beside whoever uses a session; *guarded* workers may start while another host has the lease: they wait for it."""
    around = about.around
    for name in about.names:
        for reason in check(name, around).reasons:
            if guarded and reason.code == "lease-held":
                say(f"note: session `{name.label}`: {reason.message}; tasks that use it wait for that, up to `lock-timeout`")
            elif reason.code in _IN_THE_WAY:
                raise WorkersError(f"session `{name.label}` is not safe to use: {reason.message}", reason.hint)


def _wait_until_up(app: str, pid: int, seconds: float) -> bool:
    """Whether the worker has answered Celery's own question: a process that runs may still be stuck."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and control.is_running(pid):
        if any(node.pid == pid for node in workers.ask(app, timeout=0.5).nodes):
            return True
        time.sleep(_LOOK_EVERY)
    return False


def stop_workers(about: Asked, timeout: float, *, force: bool) -> int:
    """Stop the workers, telling how it goes; the exit status."""
    found = [one for one in about.around.workers.workers if one.runs_tasks]
    if not found:
        echo("no workers")
    last, told = None, 0.0
    app = _app_of(about)
    # Asked now: in a warm shutdown most pools do not answer any more.
    tasks = _tasks_of(app) if app and found else {}
    for last in control.stop(found, seconds=timeout, force=force, respite=bool(app and force and workers.gives_respite(app))):
        if time.monotonic() - told >= _TELL_EVERY and last.left:
            told = time.monotonic()
            _tell(last, about)
    for one in last.killed if last else ():
        say(f"warning: pid {one.pid} was killed: {one.worker}\n"
            "why:   it did not disconnect; sessions that it used ended uncleanly\n"
            "hint:  the next user mends the files; see `tgsession-guard check`")  # fmt: skip
    if last and last.left:
        raise _still_running(last, tasks, about, timeout, force=force)
    return _prove(about, found)


def _tell(step: control.Step, about: Asked) -> None:
    pids = " ".join(str(one.pid) for one in step.left)
    held = [name.label for name in about.names if any(reason.code == "held" for reason in check(name, about.around).reasons)]
    sessions = f", still held: {', '.join(held)}" if held else ""
    say(f"{step.stage}: {step.seconds_left:.0f} s left, still running: {pids}{sessions}")
    sys.stderr.flush()


def _app_of(about: Asked) -> str | None:
    """The configured app, which can be imported from now on, as `celery -A` does it."""
    if about.settings.celery_app and (folder := str(about.settings.project)) not in sys.path:
        sys.path.insert(0, folder)
    return about.settings.celery_app


def _required_app(about: Asked) -> str:
    if not (app := _app_of(about)):
        raise ConfigurationError(
            "not given: `celery_app`", "`TGSESSION_CELERY_APP=app.celery`, or `celery-app` in `pyproject.toml`", why="nothing was started"
        )
    return app


def _tasks_of(app: str) -> dict[int, str]:
    """The tasks that run, by the process that runs them, as far as the workers say so."""
    found = ((task.pid, task.name, task.since) for task in workers.running_tasks(app))
    return {pid: f"`{name}`{f' since {since:%H:%M:%SZ}' if since else ''}" for pid, name, since in found if pid is not None}


def _still_running(last: control.Step, tasks: Mapping[int, str], about: Asked, timeout: float, *, force: bool) -> WorkersError:
    """Which process is stuck on what, and which session it has."""
    around = about.around
    held = {holder.pid: name.label for name in about.names for holder in holders(name, around.state)}
    who = [
        f"pid {one.pid}{f', running {tasks[one.pid]}' if one.pid in tasks else ''}{f', with session `{held[one.pid]}`' if one.pid in held else ''}"
        for one in last.left
    ]
    pids = " ".join(str(one.pid) for one in last.left)
    hint = (
        f"see what they wait for: `ps -o pid,stat,wchan:20,args -p {pids.replace(' ', ',')}`; state D is the disk's or the network's"
        if force
        else "give them longer: `tgsession-guard workers stop --timeout 120`; or end their tasks, which lets their guards disconnect: "
        "`tgsession-guard workers stop --force`"
    )
    return WorkersError(f"still running after {timeout:g} s: {'; '.join(who)}", hint)


def _prove(about: Asked, found: list[Worker]) -> int:
    """After a stop nobody has a session: what says otherwise is said."""
    around = about.around
    for name in about.names:
        for reason in check(name, around).reasons:
            if reason.code in {"held", "open-elsewhere", "worker-running"}:
                raise WorkersError(f"session `{name.label}` is still in use: {reason.message}", reason.hint)
    if found:
        echo(f"stopped: {', '.join(str(one.process.pid) for one in found)}; no session of the project is in use")
    return 0
