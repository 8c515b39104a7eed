"""After the class statement the name means the subclass, which is a client."""
from telethon import TelegramClient


class TelegramClient(TelegramClient):
    """Telethon's, with our defaults."""

    def __init__(self, name):
        super().__init__(name, 1, "hash")
