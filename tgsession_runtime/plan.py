"""What one `guarded_client(…)` asks for: arguments and settings together, checked, before anything is touched."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tgsession_runtime.config import settings_here
from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.lease_settings import leasing_of
from tgsession_runtime.session import NEWEST_SCHEMA, name_of
from tgsession_runtime.state import State
from tgsession_runtime.stores import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tgsession_runtime.leasing import Leasing
    from tgsession_runtime.session import SessionName

_PATHS = (str, Path)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a guarded block needs to know."""

    name: SessionName
    session: Any = field(repr=False)
    api_id: int = field(repr=False)
    api_hash: str = field(repr=False)
    bot_token: str | None = field(repr=False)
    state: State
    project: Path
    worker_names: tuple[str, ...]
    worker_patterns: tuple[str, ...]
    lock_timeout: float
    connect_timeout: float
    disconnect_timeout: float
    workers: Literal["refuse", "wait", "ignore"]
    exclusive: bool
    leasing: Leasing | None
    client_class: Callable[..., Any] | None
    options: Mapping[str, Any] = field(repr=False)

    def build(self) -> Any:
        """The client, constructed: this opens, makes or upgrades the session file."""
        kind = self._kind()
        session = str(self.name.path) if isinstance(self.session, _PATHS) and self.name.path else self.session
        return kind(session, self.api_id, self.api_hash, **self.options)  # tgsession-lint: ignore[TGS101] here is the guard

    @property
    def newest_schema(self) -> int:
        """The newest layout of a session file that the client's library can read."""
        root = getattr(self._kind(), "__module__", "").partition(".")[0]
        module = sys.modules.get(f"{root}.sessions.sqlite") or sys.modules.get("telethon.sessions.sqlite")
        return int(getattr(module, "CURRENT_VERSION", NEWEST_SCHEMA))

    def _kind(self) -> Callable[..., Any]:
        if self.client_class is not None:
            return self.client_class
        from telethon import TelegramClient

        return TelegramClient  # type: ignore[no-any-return]

    @property
    def egress(self) -> str:
        """How the client reaches Telegram: what must not differ between holders that share a session. No credentials."""
        return ", ".join((
            f"proxy {_address(self.options.get('proxy'))}",
            f"IPv{6 if self.options.get('use_ipv6') else 4}",
            f"address {_address(self.options.get('local_addr'))}",
        ))


def plan(given: Mapping[str, Any], client_class: Callable[..., Any] | None, options: Mapping[str, Any]) -> Plan:
    """The plan that the arguments *given* and the settings make.

    Raises:
        ConfigurationError: something is missing, or is not what it has to be.
    """
    found = settings_here(given)
    found.required("session", "api_id", "api_hash")
    session = _from_string(found.session_string) if found.session_string else found.session
    return Plan(
        name=_name(session), session=session, api_id=found.api_id or 0, api_hash=found.api_hash or "",
        bot_token=found.bot_token, state=State(found.state_dir), project=found.project,
        worker_names=found.worker_names, worker_patterns=found.worker_patterns, lock_timeout=found.lock_timeout,
        connect_timeout=found.connect_timeout, disconnect_timeout=found.disconnect_timeout, workers=found.workers,
        exclusive=found.exclusive, leasing=leasing_of(found), client_class=client_class, options=options,
    )  # fmt: skip


def _name(session: Any) -> SessionName:
    if session is None or isinstance(session, _PATHS) or hasattr(session, "auth_key"):
        return name_of(session)
    raise ConfigurationError(
        f"the session is given as {type(session).__name__}", "give a path, a `StringSession` or another `Session` object"
    )


def _from_string(text: str) -> Any:
    from telethon.sessions import StringSession

    try:
        return StringSession(text)
    except Exception:
        # Neither the text nor the cause, which may quote it.
        raise ConfigurationError("the session string cannot be read", "make a new one with `StringSession.save()`") from None


def _address(value: Any) -> str:
    """Host and port of a proxy or an address, in any of the forms that Telethon takes."""
    if not value:
        return "none"
    if isinstance(value, dict):
        return f"{value.get('proxy_type')}://{value.get('addr')}:{value.get('port')}"
    if isinstance(value, (tuple, list)):
        # (type, host, port, …) for a proxy, (host, port) or (host, port, secret) for an address or MTProxy
        parts = value[1:3] if len(value) > 2 and isinstance(value[2], int) else value[:2]
        return ":".join(map(str, parts))
    return shown(value) if isinstance(value, str) and "://" in value else str(value)


