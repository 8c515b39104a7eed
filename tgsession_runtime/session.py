"""Which session: its auth key id, or its canonical path before the first login."""

from __future__ import annotations

import base64
import os
import sqlite3
from dataclasses import dataclass, replace
from hashlib import sha1
from pathlib import Path
from typing import Any

from tgsession_runtime.errors import ConfigurationError, NotASessionError, SessionUnreadableError

SUFFIX = ".session"
# The newest layout of the file that we know of: Telethon 1.45's. Source: telethon/sessions/sqlite.py, CURRENT_VERSION.
NEWEST_SCHEMA = 8
_KEY_BYTES = 256
_SHORTEST_STRING = 350  # an IPv4 session string has 353 characters, an IPv6 one 369


@dataclass(frozen=True, slots=True)
class SessionName:
    """What one login is known by: two names with one auth key id are one session."""

    label: str
    """What messages call it."""
    path: Path | None = None
    """The session file, links resolved; None for a session that is kept elsewhere."""
    key_id: int | None = None
    """The low 64 bits of the SHA-1 of the auth key; not secret. None before the first login."""

    @property
    def key_id_hex(self) -> str:
        """The auth key id as 16 hex digits; empty before the first login."""
        return "" if self.key_id is None else f"{self.key_id:016x}"

    @property
    def lock_path(self) -> Path | None:
        """The lock beside the session file: every container that mounts the volume sees it."""
        return None if self.path is None else self.path.with_name(self.path.name + ".lock")


@dataclass(frozen=True, slots=True)
class SessionFile:
    """What a session file says, read without disturbing whoever uses it."""

    key_id: int | None
    schema: int
    was_logged_in: bool
    """Whether an account has been used with it: Telethon keeps whom it met, and how far it has read."""


def name_of(session: object) -> SessionName:
    """The name of *session*, whatever `TelegramClient` takes: a path, a `Session` object, None.

    A file is named as Telethon names it: `.session` is added, relative to the working folder, `~` is a plain character.

    Raises:
        ConfigurationError: it is a session string, which would become the name of a file.
        SessionUnreadableError: the file is there and is no session file of Telethon's.
    """
    if isinstance(session, (str, os.PathLike)) and os.fspath(session):
        return _named_file(os.fspath(session))
    if not session:
        return SessionName("in memory")
    filename = getattr(session, "filename", None)
    if isinstance(filename, str) and filename != ":memory:":
        return _named_file(filename)
    key_id = key_id_of(getattr(session, "auth_key", None))
    kind = type(session).__name__
    return SessionName(f"{kind} {key_id:016x}" if key_id is not None else kind, key_id=key_id)


def name_of_string(text: str) -> SessionName:
    """The name of the session string *text*, read without Telethon.

    Raises:
        ConfigurationError: it is no session string.

    Source: telethon/sessions/string.py; the auth key stands last.
    """
    try:
        data = base64.urlsafe_b64decode(text[1:])
    except ValueError:
        data = b""
    if len(data) <= _KEY_BYTES:
        # Not the cause, which may quote the text.
        raise ConfigurationError(
            "the session string cannot be read", "make a new one: `tgsession-guard export NAME --to FILE`, or `StringSession.save(…)`"
        ) from None
    key_id = key_id_of(data[-_KEY_BYTES:])
    return SessionName(f"StringSession {key_id:016x}", key_id=key_id)


def path_of(name: SessionName) -> Path:
    """The path of the file of the session *name*, whether that is there or not.

    Raises:
        SessionUnreadableError: it is kept elsewhere.
    """
    if name.path is None:
        raise SessionUnreadableError(name.label, "it is kept in no file", "name a session file")
    return name.path


def look_into(name: SessionName) -> tuple[SessionName, SessionFile | None]:
    """*name* with the auth key id that its file has now, and what else that says; unchanged and None for one kept elsewhere.

    Raises:
        SessionUnreadableError: the file is there and cannot be read as a session file.
    """
    if name.path is None:
        return name, None
    file = read(name.path, name.label)
    return replace(name, key_id=file.key_id), file


def with_key(name: SessionName) -> SessionName:
    """*name* with the auth key id that its file has now.

    Raises:
        SessionUnreadableError: the file is there and cannot be read as a session file.
    """
    return look_into(name)[0]


def with_key_if_readable(name: SessionName) -> SessionName:
    """*name* with the auth key id that its file has now; as it is where the file cannot be read."""
    try:
        return with_key(name)
    except SessionUnreadableError:
        return name


def key_id_of(key: Any) -> int | None:
    """The id of an auth key, given as Telethon's `AuthKey` or as its 256 bytes; None for no key.

    Source: core.telegram.org/mtproto/description, "Authorization Key Identifier".
    """
    data = getattr(key, "key", key)
    if not isinstance(data, (bytes, bytearray)) or not data:
        return None
    return int.from_bytes(sha1(data, usedforsecurity=False).digest()[-8:], "little")


def read(path: Path, label: str = "") -> SessionFile:
    """What the session file at *path* says; that of a new one if there is no file.

    Read through SQLite, never by opening the file: closing a file drops the locks that this process has on it, and
    whoever uses the session here would write into somebody else's transaction (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        SessionUnreadableError: it is there and cannot be read as a session file.
    """
    label = label or str(path)
    try:
        if not path.stat().st_size:
            return SessionFile(None, NEWEST_SCHEMA, was_logged_in=False)
    except FileNotFoundError:
        return SessionFile(None, NEWEST_SCHEMA, was_logged_in=False)
    except OSError as error:
        where = "the folder's permissions" if isinstance(error, PermissionError) else "its name, and where links lead"
        raise SessionUnreadableError(label, error.strerror or str(error), f"look at {where}") from error
    try:
        return _query(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "no such column" in str(error):
            raise NotASessionError(label) from error
        return _despite(path, label, error)
    except sqlite3.DatabaseError as error:
        raise SessionUnreadableError(label, str(error)) from error


def sqlite_uri(path: Path, how: str = "mode=ro") -> str:
    """The name of the file *path* for SQLite, with *how* to open it.

    Only what SQLite takes for more than a letter is written otherwise (sqlite.org/uri.html, 3.1): `urllib` takes longer to
    import than a whole question takes.
    """
    name = os.fspath(path)
    for letter in "%?#":
        name = name.replace(letter, f"%{ord(letter):02x}")
    return f"file:{name}?{how}"


def _despite(path: Path, label: str, error: sqlite3.OperationalError) -> SessionFile:
    """Read a file whose last user was killed in mid-write: only a writer may mend that, so look at it as it lies there."""
    if not os.access(path, os.R_OK):
        raise SessionUnreadableError(label, "permission denied", "run as the user that owns the file") from error
    try:
        return _query(path, "mode=ro&immutable=1")
    except sqlite3.Error:
        raise SessionUnreadableError(label, str(error)) from error


def _query(path: Path, how: str) -> SessionFile:
    connection = sqlite3.connect(sqlite_uri(path, how), uri=True, timeout=0.05)
    try:
        version = connection.execute("select version from version").fetchone()
        row = connection.execute("select auth_key from sessions").fetchone()
        known = connection.execute("select 1 from entities union all select 1 from update_state limit 1").fetchone()
    finally:
        connection.close()
    return SessionFile(key_id_of(row[0]) if row else None, int(version[0]) if version else 0, known is not None)


def _named_file(text: str | bytes) -> SessionName:
    name = os.fsdecode(text)
    if is_session_string(name):
        raise ConfigurationError(
            "the session is given as text that looks like a session string",
            "wrap it: `guarded_client(StringSession(text), …)`",
            why="as text it names a file, and the file's name would be the secret",
        )
    path = Path(name if name.endswith(SUFFIX) else name + SUFFIX)
    label = name[: -len(SUFFIX)] if name.endswith(SUFFIX) else name
    return SessionName(label, Path(os.path.realpath(path)))


def is_session_string(text: str) -> bool:
    """Whether *text* has the shape of Telethon's session strings."""
    plain = text.replace("-", "").replace("_", "").rstrip("=")
    return len(text) >= _SHORTEST_STRING and text.startswith("1") and plain.isascii() and plain.isalnum()
