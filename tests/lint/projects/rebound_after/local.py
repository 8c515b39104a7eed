"""The same within one function."""
from acme_http import TelegramClient as Client


def make():
    web = Client("https://bot.example")
    from telethon import TelegramClient as Local

    return web, Local("b", 1, "hash")  # expect: TGS101
