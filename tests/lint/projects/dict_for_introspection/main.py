"""The dict maps classes to texts and names to classes to compare with: nothing is built. Silent."""
from telethon import TelegramClient
from telethon.sessions import StringSession

TITLES = {TelegramClient: "client", StringSession: "session"}
KINDS = {"client": TelegramClient, "session": StringSession}


def title(thing):
    return TITLES.get(type(thing), "thing")


def check(thing, kind):
    return isinstance(thing, KINDS[kind])
