"""Real sessions with keys that open nothing: what the tests of secrets are fed with."""

from __future__ import annotations

import base64
import random
import struct
from pathlib import Path

from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession, StringSession

IPV4, IPV6 = "149.154.167.51", "2001:67c:4e8:f002::a"


def telethon_string(seed: int = 0, *, address: str = IPV4, port: int = 443, dc: int = 2) -> str:
    """What Telethon itself saves for a key made from *seed*."""
    session = StringSession()
    session.set_dc(dc, address, port)
    session.auth_key = AuthKey(key(seed))
    return str(session.save())


def pyrogram_string(seed: int = 0, *, length: int = 362, user: int = 1_234_567, dc: int = 2) -> str:
    """A session string as Pyrogram wrote it: 351 and 356 characters before version 2, 362 since."""
    fields: dict[int, tuple[str, tuple[object, ...]]] = {
        351: (">B?256sI?", (dc, False, key(seed), user, False)),
        356: (">B?256sQ?", (dc, False, key(seed), user, False)),
        362: (">BI?256sQ?", (dc, 12345, False, key(seed), user, False)),
    }
    layout, values = fields[length]
    return base64.urlsafe_b64encode(struct.pack(layout, *values)).decode().rstrip("=")


def telethon_file(path: Path) -> Path:
    """A session file that Telethon itself wrote, with a key in it; Telethon adds `.session` to the name."""
    session = SQLiteSession(str(path))
    session.set_dc(2, IPV4, 443)
    session.auth_key = AuthKey(key(0))
    session.save()
    session.close()
    return Path(session.filename)


def key(seed: int) -> bytes:
    """256 bytes, as random as an auth key and the same for the same *seed*."""
    return random.Random(seed).randbytes(256)
