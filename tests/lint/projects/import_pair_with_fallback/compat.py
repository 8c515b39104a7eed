"""Telethon is optional. With `None` on the other side a call can only mean the client."""
try:
    from telethon import TelegramClient
except ImportError:
    TelegramClient = None
