"""The session and the class, for all scripts here."""
from telethon.sync import TelegramClient

NAME = "tools"


def connect():
    return TelegramClient(NAME, 1, "hash")  # expect: TGS101
