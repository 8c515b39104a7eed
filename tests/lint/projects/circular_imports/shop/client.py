"""Imports `orders`, which imports this module: the class is found all the same."""
from telethon import TelegramClient

from . import orders


class Client(TelegramClient):
    """Knows its orders."""

    def pending(self):
        return orders.pending()
