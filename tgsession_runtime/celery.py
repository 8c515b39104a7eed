"""`guard_workers(app)`: the workers of a Celery app end their guarded blocks in order, and are known to use the guard.

| what ends a task | prefork | threads | solo |
| --- | --- | --- | --- |
| warm shutdown | the task ends by itself | the same | the same |
| cold shutdown, `revoke(terminate=True)` | `SystemExit` in the task | its requests fail, then it is disconnected | Celery's error |
| SIGTERM to the whole process group, twice | `SystemExit` in the task, once | as warm | as warm |
| soft time limit | `SoftTimeLimitExceeded` in the task | Celery has none | Celery has none |

Sources: billiard's `common._shutdown_cleanup` and `pool.soft_timeout_sighandler`; Celery's `apps/worker.py`.
"""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billiard import current_process
from billiard.common import _shutdown_cleanup
from billiard.exceptions import SoftTimeLimitExceeded
from billiard.pool import soft_timeout_sighandler
from celery import signals

from tgsession_runtime import inherited, workers
from tgsession_runtime.config import settings_here
from tgsession_runtime.errors import TgsessionError
from tgsession_runtime.events import LOGGER
from tgsession_runtime.shutdown import interrupts
from tgsession_runtime.state import State
from tgsession_runtime.worker_client import WorkerClient, close_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery

__all__ = ["WorkerClient", "guard_workers"]

# How long tasks in threads may take to leave their blocks when the worker is told to end at once, in seconds.
_LEAVE = 5.0
_GREEN = frozenset({"celery.concurrency.gevent", "celery.concurrency.eventlet"})
_apps: list[Celery] = []
_workers: list[Any] = []
_markers: dict[int, Path] = {}


def guard_workers(app: Celery) -> None:
    """Let the workers of *app* end guarded blocks in order, and say in the state folder that they use the guard.

    To be called once where the app is made. It changes nothing in processes that are no workers.
    """
    _apps.append(app)
    for signal, receiver in _RECEIVERS.items():
        signal.connect(receiver, weak=False, dispatch_uid=f"tgsession {receiver.__name__}")


def guards(app: object) -> bool:
    """Whether the workers of *app* will be known to use the guard."""
    return app in _apps


class _SoftTimeLimit(SoftTimeLimitExceeded, SystemExit):  # type: ignore[misc] # billiard has no types
    """Celery's exception in a form that event loops let through; it is caught, stored and pickled as Celery's own."""

    def __reduce__(self) -> tuple[Any, ...]:
        return SoftTimeLimitExceeded, self.args


_SoftTimeLimit.__name__ = _SoftTimeLimit.__qualname__ = SoftTimeLimitExceeded.__name__
_SoftTimeLimit.__module__ = SoftTimeLimitExceeded.__module__


# in the main process


def _begin(sender: Any, **_: Any) -> None:
    """A worker starts."""
    if sender.app not in _apps:
        return
    _mark(sender)
    # Before Celery 5.5 `worker_shutting_down` comes first; since then it comes last, and where the pool is one of threads not at all.
    if (soft := getattr(sender, "wait_for_soft_shutdown", None)) is not None:
        sender.wait_for_soft_shutdown = partial(_before_cold_shutdown, sender, soft)
    _workers.append(sender)


def _mark(worker: Any) -> None:
    try:
        folder = State(settings_here({}).state_dir).workers()
        workers.sweep(folder)
        _markers[os.getpid()] = workers.mark(folder, node=str(worker.hostname), app=str(worker.app.main or ""))
    except (OSError, TgsessionError) as error:
        LOGGER.warning("this worker is not known to use the guard: %s", error)


def _before_cold_shutdown(worker: Any, soft: Callable[[], None]) -> None:
    """Celery's respite for the tasks, where `worker_soft_shutdown_timeout` gives them one."""
    try:
        soft()
    except Exception as error:
        if _pool_module(worker) not in _GREEN:
            raise  # of a second signal, which ends the respite: Celery tries to end each task, and not every pool can
        # The signal has come while the hub waited, and there nothing may wait. Left as it is, the worker would stay for as
        # long as its tasks do.
        LOGGER.warning("no respite for the tasks (`worker_soft_shutdown_timeout`): %s", error)
    finally:
        _end_threads(worker)


def _shutting_down(how: str, **_: Any) -> None:
    """A signal has told the worker to end."""
    for worker in _workers if how == "Cold" else ():
        _end_threads(worker)


def _end_threads(worker: Any) -> None:
    """Celery ends the process without a word to the tasks in its threads. In the other pools it raises something in them."""
    if _pool_module(worker) == "celery.concurrency.thread":
        close_all(for_good=True)
        interrupts.end_all(_LEAVE)


def _pool_module(worker: Any) -> str:
    return str(type(getattr(worker, "pool", None)).__module__)


def _shut_down(**_: Any) -> None:
    """All tasks have ended."""
    close_all(for_good=True)
    _unmark()


def _unmark() -> None:
    if (marker := _markers.pop(os.getpid(), None)) is not None:
        with suppress(OSError):
            workers.unmark(marker)


# in pool processes


def _begin_pool_process(**_: Any) -> None:
    """A pool process starts; Celery says so in the main process of a solo worker, too."""
    if not _is_main_process():
        interrupts.stand_in_for(_shutdown_cleanup, _as_it_is)
        interrupts.stand_in_for(soft_timeout_sighandler, lambda error: _SoftTimeLimit(*error.args))
        inherited.refuse_all()


def _end_pool_process(**_: Any) -> None:
    """A pool process ends, without a word to `atexit`."""
    with interrupts.deferred():
        close_all(for_good=True)
        interrupts.finish_all()


def _is_main_process() -> bool:
    return str(current_process().name) == "MainProcess"


def _as_it_is(error: BaseException) -> BaseException:
    return error


_RECEIVERS: dict[Any, Callable[..., None]] = {
    signals.worker_init: _begin,
    signals.worker_process_init: _begin_pool_process,
    signals.worker_process_shutdown: _end_pool_process,
    signals.worker_shutting_down: _shutting_down,
    signals.worker_shutdown: _shut_down,
}
atexit.register(_shut_down)
