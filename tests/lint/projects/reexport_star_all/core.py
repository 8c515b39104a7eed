"""`TelegramClient` is used here and left out of `__all__`; `Bot` is in it."""
from telethon import TelegramClient

__all__ = ["Bot"]


class Bot(TelegramClient):
    """The bot."""
