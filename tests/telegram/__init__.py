"""A small Telegram for tests, on loopback addresses only: see README.md."""

from .accounts import Account
from .asynchronous import asynchronous, eventually
from .control import Controls
from .rsa_key import PUBLIC_KEY, trust
from .server import TelegramServer
from .sessions import Login
from .spawned import spawned
from .threaded import served

__all__ = ["PUBLIC_KEY", "Account", "Controls", "Login", "TelegramServer", "asynchronous", "eventually", "served", "spawned", "trust"]
