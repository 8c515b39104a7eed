"""The class from `telethon.sync`, by star."""
from acme_settings import API_HASH, API_ID
from telethon.sync import *


def send():
    with TelegramClient("star", API_ID, API_HASH) as client:  # expect: TGS101
        client.send_message("me", "up")
