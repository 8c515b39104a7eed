"""Telethon's own trick to build a second client: the class of one that is there."""
from acme_settings import API_HASH, API_ID
from telethon import TelegramClient


def second(client: TelegramClient):
    return client.__class__("a", API_ID, API_HASH)  # expect: TGS101


def third(client: TelegramClient):
    return type(client)("b", API_ID, API_HASH)  # expect: TGS101


def name_of(client: TelegramClient):
    return type(client).__name__, client.__class__.__module__


def fourth(thing):
    return type(thing)("c"), thing.__class__("d")
