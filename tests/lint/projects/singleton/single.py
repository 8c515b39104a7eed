"""Lazy or not, the construction is the place; nothing runs at import."""
from telethon import TelegramClient

_client = None


def get_client():
    global _client
    if _client is None:
        _client = TelegramClient("single", 1, "hash")  # expect: TGS101
    return _client


class Single:
    client = None

    def __new__(cls):
        if cls.client is None:
            cls.client = TelegramClient("new", 1, "hash")  # expect: TGS101
        return super().__new__(cls)
