"""`import telethon.sync` binds the name `telethon`: both spellings of the class lead to it."""
import telethon.sync
from acme_settings import API_HASH, API_ID


def short():
    with telethon.TelegramClient("short", API_ID, API_HASH) as client:  # expect: TGS101
        client.send_message("me", "up")


def long():
    with telethon.sync.TelegramClient("long", API_ID, API_HASH) as client:  # expect: TGS101
        client.send_message("me", "up")
