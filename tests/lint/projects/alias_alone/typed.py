"""`Client` and `Any2` are used as types only. Silent."""
from telethon import TelegramClient

Client = TelegramClient
Bot = TelegramClient


def whoami(client: Client) -> bool:
    return isinstance(client, Bot)
