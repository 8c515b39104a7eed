"""Hop two."""
from .core import TelegramClient as Client
