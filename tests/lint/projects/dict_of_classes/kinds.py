"""The dict only names classes."""
from hikkatl import TelegramClient as ForkClient
from telethon import TelegramClient


class Offline:
    """Talks to nobody."""

    def __init__(self, *args):
        self.args = args


CLIENTS = {"user": TelegramClient, "fork": ForkClient}
MIXED = {"user": TelegramClient, "offline": Offline}
