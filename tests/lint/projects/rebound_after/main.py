"""Another library's class comes first and is replaced; in `early` the call comes before the change."""
from acme_http import TelegramClient

early = TelegramClient("https://bot.example")

from telethon import TelegramClient


def make():
    return TelegramClient("a", 1, "hash")  # expect: TGS101


late = TelegramClient("late", 1, "hash")  # expect: TGS101 TGS301
