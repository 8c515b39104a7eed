"""Inside `make` the name is the module's; the class attribute is reached through `self` only."""
import acme_fakes
from telethon import TelegramClient


class Service:
    TelegramClient = acme_fakes.Client

    def make(self):
        return TelegramClient("a", 1, "hash")  # expect: TGS101

    def fake(self):
        return self.TelegramClient("b")
