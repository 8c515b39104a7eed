"""Named like the library; an absolute import still means the library."""
from telethon import TelegramClient


def make():
    return TelegramClient("a", 1, "hash")  # expect: TGS101
