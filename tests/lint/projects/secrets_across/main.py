from settings import API_HASH, API_ID
from telethon import TelegramClient


def make():
    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_inline():
    return TelegramClient("b", 1, "00112233445566778899aabbccddeeff")  # expect: TGS101 TGS401
