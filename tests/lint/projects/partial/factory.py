"""The reference is reported where the class is handed over; calls of the result are not."""
import functools
from functools import partial as bind

from acme_settings import API_HASH, API_ID
from telethon import TelegramClient

make = functools.partial(TelegramClient, api_id=API_ID, api_hash=API_HASH)  # expect: TGS101


def maker(name):
    return bind(TelegramClient, name, API_ID, API_HASH)  # expect: TGS101


def local():
    return make("local")
