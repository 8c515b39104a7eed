"""A known fork: same class, other root."""
from acme_settings import API_HASH, API_ID
from hikkatl import TelegramClient


def make():
    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101
