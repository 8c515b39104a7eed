"""Whatever place the client has among the bases, the class is a client."""
from abc import ABCMeta
from typing import Generic, TypeVar

import telethon
from mixins import Logging
from telethon import TelegramClient

T = TypeVar("T")


class Bot(Logging, TelegramClient):
    """Mixin first."""


class Strict(TelegramClient, metaclass=ABCMeta):
    """With a metaclass."""


class Typed(telethon.TelegramClient, Generic[T]):
    """Generic, its base an attribute."""


class Plugin(Logging):
    """No client at all."""
