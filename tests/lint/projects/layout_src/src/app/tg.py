"""The package is `app`, not `src.app`."""
from telethon import TelegramClient


class Client(TelegramClient):
    """Ours."""


def make(name):
    return Client(name, 1, "hash")  # expect: TGS101
