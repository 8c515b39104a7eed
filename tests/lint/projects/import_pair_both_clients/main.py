"""Whichever import succeeds, the class is a client."""
from acme_settings import API_HASH, API_ID

try:
    from opentele.tl import TelegramClient
except ImportError:
    from telethon import TelegramClient

try:
    import hikkatl as tl
except ModuleNotFoundError:
    import telethon as tl


def make():
    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_again():
    return tl.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101
