"""`super().__init__` and `TelegramClient.__init__(self)` finish the construction that the caller makes."""
from acme_settings import API_HASH, API_ID
from telethon import TelegramClient


class Bot(TelegramClient):
    def __init__(self, name):
        super().__init__(name, API_ID, API_HASH)
        self.plugins = []


class OldStyleBot(TelegramClient):
    def __init__(self, name):
        TelegramClient.__init__(self, name, API_ID, API_HASH)


class OlderStyleBot(TelegramClient):
    def __init__(self, name):
        super(OlderStyleBot, self).__init__(name, API_ID, API_HASH)
