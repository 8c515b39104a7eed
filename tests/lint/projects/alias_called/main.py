"""The call is the construction; the alias beside it is not reported a second time."""
import telethon
from acme_settings import API_HASH, API_ID
from telethon import TelegramClient

mk = TelegramClient
second = third = telethon.TelegramClient


def make():
    return mk("a", API_ID, API_HASH)  # expect: TGS101


def make_local():
    cls = second
    return cls("b", API_ID, API_HASH)  # expect: TGS101


def make_either(fast):
    build = mk if fast else third
    return build("c", API_ID, API_HASH)  # expect: TGS101


def make_walrus():
    return (kind := TelegramClient)("d", API_ID, API_HASH), kind  # expect: TGS101
