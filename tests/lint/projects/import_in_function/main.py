"""An import inside a function binds a local name, there and nowhere else."""
from acme_settings import API_HASH, API_ID


def make():
    from telethon import TelegramClient

    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_other():
    from acme_http import TelegramClient

    return TelegramClient("https://bot.example")


class Service:
    from telethon import TelegramClient as client_class

    def open(self):
        return self.client_class("b", API_ID, API_HASH)  # expect: TGS101


def nested():
    import telethon

    def inner():
        return telethon.TelegramClient("c", API_ID, API_HASH)  # expect: TGS101

    return inner()
