from telethon import TelegramClient


def make():
    return TelegramClient("bot", 1, "hash")  # expect: TGS101
