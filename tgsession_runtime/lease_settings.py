"""Settings -> where leases are kept and on what terms."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.leasing import Leasing
from tgsession_runtime.setting import FROM_CELERY, REDIS, store
from tgsession_runtime.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    conf = app.conf
    broker = conf.broker_write_url or conf.broker_url or ""
    places = (
        (broker if isinstance(broker, str) else ";".join(broker), conf.broker_use_ssl, conf.broker_transport_options),
        (conf.result_backend or "", conf.redis_backend_use_ssl, conf.result_backend_transport_options),
    )
    for urls, secured, options in places:
        if isinstance(urls, str) and (found := _redis_of(urls.split(";"), options or {})):
            return _readable(_with_tls(found, secured))
    raise _no_redis("neither the broker nor the result back end of the Celery app is a Redis")


def _redis_of(urls: Sequence[str], options: Mapping[str, Any]) -> str:
    """The first Redis among *urls*, the addresses of one broker; empty if there is none. Sentinels, which Celery lists, are one."""
    kinds = [url.partition("://")[0] for url in urls]
    if kinds[0] == "sentinel" and options.get("master_name"):
        parts = [urlsplit(url) for url in urls]
        credentials, at, _ = parts[0].netloc.rpartition("@")
        hosts = ",".join(one.netloc.rpartition("@")[2] for one in parts)
        secret = (options.get("sentinel_kwargs") or {}).get("password")
        query = f"?{urlencode({'sentinel_password': secret})}" if secret else ""
        return f"redis+sentinel://{credentials}{at}{hosts}/{options['master_name']}{parts[-1].path}{query}"
    return next((url for url, kind in zip(urls, kinds, strict=True) if kind in REDIS), "")


def _with_tls(url: str, secured: Any) -> str:
    """*url* with TLS, if Celery is told to use it for that address; see `broker_use_ssl` in its documentation."""
    if not secured:
        return url
    given = dict(secured) if isinstance(secured, dict) else {}
    query = urlencode({name: getattr(value, "name", value) for name, value in given.items()})  # `ssl.CERT_REQUIRED` by its name
    secure = f"rediss{url[len('redis') :]}" if url.startswith(("redis:", "redis+sentinel:")) else url
    return f"{secure}{'&' if '?' in secure else '?'}{query}" if query else secure


def _readable(url: str) -> str:
    try:
        return str(store(url))
    except ValueError:  # which holds a part of it
        raise _no_redis("the address of its Redis cannot be read: what is special in a password has to be written as `%2F`") from None


def _app(name: str) -> Any:
    try:
        return import_module("celery.app.utils").find_app(name)
    except Exception as error:  # of whatever the app's module does
        raise _no_redis(f"the Celery app `{name}` cannot be loaded: {type(error).__name__}") from error


def _no_redis(what: str) -> ConfigurationError:
    return ConfigurationError(f"`lease` is `celery`, and {what}", 'give the address itself: `lease = "redis://…"`', why="nothing was connected")
