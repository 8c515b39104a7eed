"""A literal `getattr` is an attribute. What `importlib` and a lazy `__getattr__` give may be seen or not."""
import importlib

import telethon
from acme_settings import API_HASH, API_ID
from lazy import Bot


def literal():
    return getattr(telethon, "TelegramClient")("a", API_ID, API_HASH)  # expect: TGS101


def imported():
    return importlib.import_module("telethon").TelegramClient("b", API_ID, API_HASH)  # maybe: TGS101


def lazy():
    return Bot("c", API_ID, API_HASH)  # maybe: TGS101


def unknown(name):
    return getattr(telethon, name)("d")  # maybe: TGS101
