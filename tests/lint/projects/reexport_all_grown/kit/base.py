"""`Bot` is exported by its list, `_Private` although it has an underscore."""
from telethon import TelegramClient as Bot
from telethon import TelegramClient as _Private

__all__ = ["Bot"]
__all__.append("_Private")
