"""A literal `getattr` is an attribute, a literal `import_module` an import. What a lazy `__getattr__` gives may be seen or not."""
import importlib

import telethon
from acme_settings import API_HASH, API_ID
from lazy import Bot


def literal():
    return getattr(telethon, "TelegramClient")("a", API_ID, API_HASH)  # expect: TGS101


def imported():
    return importlib.import_module("telethon").TelegramClient("b", API_ID, API_HASH)  # expect: TGS101


def imported_first():
    tg = importlib.import_module("telethon.sync")
    return tg.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101


def imported_by_builtin():
    tg = __import__("telethon.sync")
    return tg.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101


def imported_elsewhere(package):
    importlib.import_module(".telethon", package).TelegramClient("b")
    importlib.import_module(package).TelegramClient("b")
    importlib.import_module("").TelegramClient("b")
    return importlib.import_module("acme_telethon").TelegramClient("b")


def lazy():
    return Bot("c", API_ID, API_HASH)  # maybe: TGS101


def unknown(name):
    return getattr(telethon, name)("d")  # maybe: TGS101
