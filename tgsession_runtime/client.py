"""`guarded_client()`: a Telegram client that one process has at a time, from before it is built until it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

if TYPE_CHECKING:
    from pathlib import Path

    from telethon import TelegramClient
    from telethon.sessions import Session

    from tgsession_runtime.guard import Guard

C = TypeVar("C")
_FROM_SETTINGS: Any = object()  # None is a session too: one that is kept in memory; and no lease at all
Workers = Literal["refuse", "wait", "ignore"]


@overload
def guarded_client(
    session: str | Path | Session | None = ..., api_id: int | None = ..., api_hash: str | None = ..., *,
    client_class: type[C], bot_token: str | None = ..., lock_timeout: float | None = ..., connect_timeout: float | None = ...,
    disconnect_timeout: float | None = ..., workers: Workers | None = ..., exclusive: bool | None = ...,
    lease: str | None = ..., **telethon_options: Any,
) -> Guard[C]: ...  # fmt: skip
@overload
def guarded_client(
    session: str | Path | Session | None = ..., api_id: int | None = ..., api_hash: str | None = ..., *,
    client_class: None = ..., bot_token: str | None = ..., lock_timeout: float | None = ..., connect_timeout: float | None = ...,
    disconnect_timeout: float | None = ..., workers: Workers | None = ..., exclusive: bool | None = ...,
    lease: str | None = ..., **telethon_options: Any,
) -> Guard[TelegramClient]: ...  # fmt: skip
def guarded_client(
    session: Any = _FROM_SETTINGS, api_id: int | None = None, api_hash: str | None = None, *,
    client_class: Any = None, bot_token: str | None = None, lock_timeout: float | None = None, connect_timeout: float | None = None,
    disconnect_timeout: float | None = None, workers: Workers | None = None, exclusive: bool | None = None,
    lease: str | None = _FROM_SETTINGS, **telethon_options: Any,
) -> Guard[Any]:  # fmt: skip
    """A connected, logged-in client for a `with` or `async with` block, which no second process can use meanwhile.

    Takes what `TelegramClient` takes. What is left out comes from the environment (`TGSESSION_…`) or from
    `[tool.tgsession-guard]` in `pyproject.toml`.

    Args:
        session: a path, a `StringSession`, or another `Session` object.
        api_id: from my.telegram.org.
        api_hash: from my.telegram.org.
        client_class: a subclass of `TelegramClient`, or a fork's class; by default Telethon's own.
        bot_token: logs a bot in where the session is not.
        lock_timeout: how long to wait for whoever holds the session, in seconds; 30 by default.
        connect_timeout: how long all between the claim and the block may take, in seconds; 30 by default.
        disconnect_timeout: how long the disconnect may take, all attempts together, in seconds; 10 by default.
        workers: what to do while workers of this project run that do not use the guard: `"refuse"`, `"wait"`, `"ignore"`.
        exclusive: False lets several readers on this host share the session, as long as they go out by one address.
        lease: where leases are kept that keep other hosts out: `"redis://…"`, `"postgresql://…"`, or `"celery"` for the Redis
            that Celery uses.
        **telethon_options: the other arguments of `TelegramClient`.

    Raises, when the block is entered:
        TgsessionError: why the session cannot be used now, with what to do; nothing stays claimed or open.
    """
    # Only now: a program that imports this and never calls it shall not pay for an event loop and a database.
    from tgsession_runtime.guard import Guard
    from tgsession_runtime.plan import plan

    given: dict[str, Any] = {
        "api_id": api_id, "api_hash": api_hash, "bot_token": bot_token, "lock_timeout": lock_timeout,
        "connect_timeout": connect_timeout, "disconnect_timeout": disconnect_timeout, "workers": workers, "exclusive": exclusive,
    }  # fmt: skip
    given |= {name: value for name, value in (("session", session), ("lease", lease)) if value is not _FROM_SETTINGS}
    return Guard(plan(given, client_class, telethon_options))
