"""The star brings `Bot` and not `TelegramClient`, which stays the one of `acme_http`. Silent there."""
from acme_http import TelegramClient
from acme_settings import API_HASH, API_ID
from core import *


def make():
    return TelegramClient("https://bot.example")


def make_bot():
    return Bot("a", API_ID, API_HASH)  # expect: TGS101
