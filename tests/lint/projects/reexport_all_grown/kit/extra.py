"""A tuple instead of a list."""
from telethon import TelegramClient as User
from telethon import TelegramClient as Worker

__all__ = ("User", "Worker")
