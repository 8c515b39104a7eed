"""The class from `telethon.sync`, by name."""
from acme_settings import API_HASH, API_ID
from telethon.sync import TelegramClient


def send():
    with TelegramClient("name", API_ID, API_HASH) as client:  # expect: TGS101
        client.send_message("me", "up")
