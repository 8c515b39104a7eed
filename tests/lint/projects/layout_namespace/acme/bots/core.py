"""`acme` and `acme.bots` are namespace packages."""
from telethon import TelegramClient


class Bot(TelegramClient):
    """Ours."""
