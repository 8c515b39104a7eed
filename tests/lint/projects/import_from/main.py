"""Each way to import the class from `telethon` itself gives the same class: every construction is one."""
from acme_settings import API_HASH, API_ID
from telethon import TelegramClient, sync
from telethon import TelegramClient as Telegram

print(sync)


def plain():
    return TelegramClient("plain", API_ID, API_HASH)  # expect: TGS101


def renamed():
    return Telegram("renamed", API_ID, API_HASH)  # expect: TGS101
