"""What can be set: each setting with the values it takes, as data."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tgsession_runtime.session import is_session_string

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
WORKERS = ("refuse", "wait", "ignore")
REDIS = ("redis", "rediss", "unix", "redis+socket", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")
POSTGRES = ("postgresql", "postgres")
FROM_CELERY = "celery"
_HOST = re.compile(r"(?:\[[^\[\]]+\]|[^\[\]:]*)(?::\d*)?")  # one of a lease's, with its port


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set; its name is that of the argument."""

    name: str
    wanted: str
    """What it takes, as a message says it."""
    take: Callable[[Any], Any]
    """The value as it is used; raises ValueError for what it cannot be."""
    default: Any = None
    example: str = ""
    """How it stands in `pyproject.toml`; empty where it does nothing yet."""
    secret: bool = False
    """No message shows it, and a file may hold it."""
    commit: bool = True
    """Whether it may stand in `pyproject.toml`, which everybody who has the code can read."""
    path: bool = False
    """Relative to the folder that it was written for, and `~` is the home folder."""

    @property
    def key(self) -> str:
        """Its name in `pyproject.toml`."""
        return self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"TGSESSION_{self.name.upper()}"


def seconds(value: Any) -> float:
    """A span of time: finite, not negative."""
    number = math.nan if isinstance(value, bool) else float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError
    return number


def positive(value: Any) -> int:
    """A whole number above 0; in digits too, as Telethon takes it."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError
    return value


def truth(value: Any) -> bool:
    """A yes or no, as Python, TOML or the environment say it."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
    elif isinstance(value, bool):
        return value
    raise ValueError


def text(value: Any) -> str:
    """Any text but the empty one."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def choice(value: Any) -> str:
    """One of the words for what to do when workers are running."""
    if not isinstance(value, str) or value not in WORKERS:
        raise ValueError
    return value


def session_string(value: Any) -> str:
    """A session string of Telethon's."""
    stripped = text(value).strip()
    if not is_session_string(stripped):
        raise ValueError
    return stripped


def session(value: Any) -> Any:
    """Whatever Telethon takes, but for a session string, which it would take for the name of a file."""
    if isinstance(value, (str, os.PathLike)) and is_session_string(os.fsdecode(value)):
        raise ValueError
    return value


def commands(value: Any) -> tuple[str, ...]:
    """Commands in a list, or in one text with `;` between them."""
    given = value.split(";") if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) for one in given):
        raise ValueError
    found = tuple(" ".join(one.split()) for one in given if one.strip())
    if not found or any(one.startswith("-") for one in found):
        raise ValueError
    return found


def folder(value: Any) -> str:
    """The path of a folder."""
    return text(os.fspath(value) if isinstance(value, os.PathLike) else value)


def store(value: Any) -> str | None:
    """Where leases are kept; None for no lease at all, as an argument says it."""
    if value is None:
        return None
    address = text(value).strip()
    parts = urlsplit(address)
    known = parts.scheme in REDIS + POSTGRES and (parts.netloc or parts.path.strip("/"))
    if address != FROM_CELERY and (not known or _may_hold_half_a_secret(parts)):
        raise ValueError
    return address


def _may_hold_half_a_secret(parts: SplitResult) -> bool:
    """Whether a password with a plain `/`, `?` or `#` may have ended the hosts: what is left of it would stand in messages."""
    behind = (parts.path if parts.netloc else "") + parts.query.partition("=")[0] + parts.fragment
    return "@" in behind or not all(map(_HOST.fullmatch, parts.netloc.rpartition("@")[2].split(",")))


_SECONDS = "a number of seconds, 0 or more"

SETTINGS = (
    Setting("session", "the name or path of a session file; a session string goes into `TGSESSION_SESSION_STRING`", session,
            example='"alerts"', path=True),
    Setting("session_string", "a session string of Telethon's, which begins with 1", session_string, secret=True, commit=False),
    Setting("api_id", "a whole number above 0", positive, example="12345"),
    Setting("api_hash", "the text that belongs to the api id", text, example='"…"', secret=True),
    Setting("bot_token", "the token of a bot", text, secret=True, commit=False),
    Setting("lock_timeout", _SECONDS, seconds, 30.0, "30"),
    Setting("connect_timeout", _SECONDS, seconds, 30.0, "30"),
    Setting("disconnect_timeout", _SECONDS, seconds, 10.0, "10"),
    Setting("workers", "refuse, wait or ignore", choice, "refuse", '"refuse"'),
    Setting("exclusive", "true or false", truth, default=True, example="true"),
    Setting("celery_app", "the app as `celery -A` takes it", text, example='"app.celery"'),
    Setting("celery_options", "what `celery worker` is started with, in one text", text, "", '"--concurrency 2 --queues telegram"'),
    Setting("worker_patterns", "commands that are workers too, in a list; in the environment in one text with ; between them", commands, (),
            '["listener.py", "app.jobs run"]'),
    Setting("state_dir", "the path of a folder", folder, example='"/var/lib/bots/state"', path=True),
    Setting("lease", "the address of a Redis, `redis://…`, or of a PostgreSQL, `postgresql://…`, what is special in a password as `%2F`; or celery: that of its "
            "broker or back end", store,
            example='"celery"', secret=True),
    Setting("lease_required", "true or false", truth, default=True, example="true"),
    Setting("lease_duration", _SECONDS, seconds, 60.0, "60"),
    Setting("lease_renew", _SECONDS, seconds, 10.0, "10"),
    Setting("lease_deadline", _SECONDS, seconds, 30.0, "30"),
    Setting("lease_settle", _SECONDS, seconds, 15.0, "15"),
)  # fmt: skip
NAMED = {setting.name: setting for setting in SETTINGS}
