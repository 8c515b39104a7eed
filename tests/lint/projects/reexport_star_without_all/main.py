"""`_Hidden` is this file's own class, which the star does not touch; explicitly imported it is Telethon's."""
from acme_settings import API_HASH, API_ID


class _Hidden:
    """A stand-in that talks to nobody."""

    def __init__(self, name):
        self.name = name


from core import *


def make():
    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_hidden():
    return _Hidden("b")
