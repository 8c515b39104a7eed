from settings import API_HASH, API_ID
from telethon import TelegramClient


def make():
    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_inline():
    return TelegramClient("b", 1, "8b1e5c7740d9f2a36c94e8017bd35a2f")  # expect: TGS101 TGS401
