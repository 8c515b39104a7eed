from telethon import TelegramClient


class Base(TelegramClient):
    """Logs what it sends."""
