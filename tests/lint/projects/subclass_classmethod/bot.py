"""Alternative constructors construct: `cls(...)` is the place. Through `self` it is maybe."""
from telethon import TelegramClient


class Bot(TelegramClient):
    @classmethod
    def from_settings(cls, settings):
        return cls(settings.name, settings.api_id, settings.api_hash)  # expect: TGS101

    def twin(self):
        return self.__class__(self.session, 1, "hash")  # maybe: TGS101

    def second_twin(self):
        return type(self)(self.session, 1, "hash")  # maybe: TGS101


class Registry:
    """Not a client: its `cls(...)` is silent."""

    @classmethod
    def empty(cls):
        return cls()
