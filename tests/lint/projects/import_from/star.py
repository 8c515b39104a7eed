"""`telethon.__all__` names the class, so a star import brings it; `Button` comes along and is no client."""
from acme_settings import API_HASH, API_ID
from telethon import *

menu = Button.inline("menu")


def make():
    return TelegramClient("star", API_ID, API_HASH)  # expect: TGS101
