"""By default a client is built; the default or the call may carry the report (maybe at both)."""
from telethon import TelegramClient


def make(name, factory=TelegramClient):  # maybe: TGS101
    return factory(name, 1, "hash")  # maybe: TGS101
