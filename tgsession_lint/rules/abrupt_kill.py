"""TGS304 abrupt-kill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.rule import Example, Report, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts


class AbruptKill(Rule):
    """Workers are killed with SIGKILL.

    ## Why
    SIGKILL leaves no time to disconnect. The server notices the lost connection late when the machine or the network
    is slow, the update state is not saved, and whoever starts next may use the auth key while the old connection still
    counts as alive.

    ## What to do
    Send SIGTERM and wait: Celery's warm shutdown finishes the tasks and lets every `with` block end. `tgsession-guard
    workers stop` does that and says who is stuck.

    ## What is reported
    In projects that use a Telegram client: `os.kill(pid, SIGKILL)`, `Process.kill()` and `pkill -9` where the code
    speaks of workers, and Celery's `revoke(…, signal="SIGKILL")` anywhere.

    ## Limits
    Whether the process killed is a worker is judged by the names in the code round the call. A top-level package that
    never mentions a client is taken to be another program's. Shell scripts and deployment files are not read.

    ## Source
    Celery, "Workers Guide", "Stopping the worker" and "revoke".
    """

    code = "TGS304"
    needs_client_nearby = True

    def check(self, facts: Facts) -> Iterator[Report]:
        for kill in facts.kills:
            yield Report(
                kill.node,
                f"`{kill.how}` ends a worker before it can disconnect its session",
                "send SIGTERM and wait for the worker to end",
            )

    bad = (
        Example(
            """
            import os
            import signal
            import subprocess

            from app.celery import app

            def stop_workers(pids):
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)  # TGS304
                subprocess.run(["pkill", "-9", "-f", "celery worker"])  # TGS304

            def cancel(task_id):
                app.control.revoke(task_id, terminate=True, signal="SIGKILL")  # TGS304
            """,
            path="scripts/stop.py",
            files={"app/tg.py": "from telethon import TelegramClient"},
        ),
    )
    good = (
        Example(
            """
            import os
            import signal
            import subprocess

            def stop_workers(pids):
                for pid in pids:
                    os.kill(pid, signal.SIGTERM)

            def convert(path):
                process = subprocess.Popen(["ffmpeg", "-i", path])
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
            """,
            path="scripts/stop.py",
            files={"app/tg.py": "from telethon import TelegramClient"},
        ),
    )
