"""Each turn of the loop builds one of the clients."""
from hikkatl import TelegramClient as ForkClient
from telethon import TelegramClient


def every_kind():
    for number, kind in enumerate((TelegramClient, ForkClient)):
        yield kind(f"kind-{number}", 1, "hash")  # maybe: TGS101


def first_kind():
    for kind in (TelegramClient, ForkClient):
        return kind("first", 1, "hash")  # expect: TGS101


def names():
    return [kind.__module__ for kind in (TelegramClient, ForkClient)]
