"""The base is a name that only the star explains."""
from names import *


class Bot(TelegramClient):
    """Ours."""

    def __init__(self, name):
        super().__init__(name, 1, "hash")
