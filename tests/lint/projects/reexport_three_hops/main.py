"""Three `__init__` files stand between the name and Telethon; nothing here says "telethon"."""
import app
from acme_settings import API_HASH, API_ID
from app import Client


def make():
    return Client("a", API_ID, API_HASH)  # expect: TGS101


def make_again():
    return app.telegram.core.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101
