"""No `__all__`: imported names count too, names with an underscore do not."""
from telethon import TelegramClient
from telethon import TelegramClient as _Hidden
