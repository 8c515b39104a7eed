"""The class attribute only names the class; the call constructs."""
from telethon import TelegramClient


class Service:
    client_cls = TelegramClient

    def open(self, name):
        return self.client_cls(name, 1, "hash")  # expect: TGS101

    @classmethod
    def open_shared(cls):
        return cls.client_cls("shared", 1, "hash")  # expect: TGS101
