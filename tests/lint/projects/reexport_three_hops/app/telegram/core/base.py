"""Where it comes from."""
from telethon import TelegramClient

__all__ = ["TelegramClient"]
