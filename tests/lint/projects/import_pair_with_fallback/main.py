"""The pair is in another module."""
from acme_settings import API_HASH, API_ID
from compat import TelegramClient


def make():
    if TelegramClient is None:
        raise RuntimeError("pip install telethon")
    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101
