from telethon import TelegramClient


class Bot(TelegramClient):
    """The bot."""
