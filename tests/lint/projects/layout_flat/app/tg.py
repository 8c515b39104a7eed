from telethon import TelegramClient


class Client(TelegramClient):
    """Ours."""
