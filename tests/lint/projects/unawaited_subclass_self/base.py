from telethon import TelegramClient


class Base(TelegramClient):
    """Ours."""
