"""Telethon's."""
from telethon import TelegramClient


class Client(TelegramClient):
    """Ours."""


def make():
    return Client("bot", 1, "hash")  # expect: TGS101
