"""Settings -> where leases are kept and on what terms."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.leasing import Leasing
from tgsession_runtime.setting import FROM_CELERY, STORES
from tgsession_runtime.terms import Terms

if TYPE_CHECKING:
    from tgsession_runtime.config import Settings


def leasing_of(found: Settings) -> Leasing | None:
    """Where leases are kept, by the settings *found*; None if there are to be none.

    Raises:
        ConfigurationError: the terms contradict each other, or it cannot be told where.
    """
    if found.lease is None:
        return None
    if not found.exclusive:
        raise ConfigurationError(
            "a lease is for one holder, and `exclusive` is false", "drop one of the two", why="holders on two hosts would share the session"
        )
    terms = Terms(found.lease_duration, found.lease_renew, found.lease_deadline, found.lease_settle)
    try:
        terms = terms.checked()
    except ValueError as error:
        raise ConfigurationError(str(error), "look at `docs/lease.md`, *The deadlines*", why="two hosts could hold the session") from None
    url = _of_celery(found.celery_app) if found.lease == FROM_CELERY else found.lease
    return Leasing(url, terms, found.lease_required)


def _of_celery(name: str | None) -> str:
    """The Redis that the app *name*, else the current Celery app, has for its broker, else for its results."""
    celery: Any = sys.modules.get("celery")
    if name is not None:
        app = _app(name)
    elif celery is not None:
        app = celery.current_app
    else:
        raise _no_redis("no Celery app is loaded in this program")
    brokers = app.conf.broker_write_url or app.conf.broker_url or ""
    urls = brokers if isinstance(brokers, (list, tuple)) else str(brokers).split(";")
    for url in (*urls, app.conf.result_backend):
        if isinstance(url, str) and url.partition("://")[0] in STORES:
            return url
    raise _no_redis("neither the broker nor the result back end of the Celery app is a Redis")


def _app(name: str) -> Any:
    try:
        return import_module("celery.app.utils").find_app(name)
    except Exception as error:  # of whatever the app's module does
        raise _no_redis(f"the Celery app `{name}` cannot be loaded: {type(error).__name__}") from error


def _no_redis(what: str) -> ConfigurationError:
    return ConfigurationError(f"`lease` is `celery`, and {what}", 'give the address itself: `lease = "redis://…"`', why="nothing was connected")
