"""The only file that says where the class comes from."""
from telethon import TelegramClient


def make(name):
    return TelegramClient(name, 1, "hash")  # expect: TGS101
