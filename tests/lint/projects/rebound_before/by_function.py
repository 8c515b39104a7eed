"""And so does a function."""
from telethon import TelegramClient


def TelegramClient(name):
    return {"name": name}


def make():
    return TelegramClient("a")
