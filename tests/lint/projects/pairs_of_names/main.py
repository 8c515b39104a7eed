"""Methods and nested functions called like the class do not hide it; the module's name stays the client."""
from telethon import TelegramClient as Client


class Factory:
    def Client(self, name):
        return name

    def make(self):
        return Client("a", 1, "hash")  # expect: TGS101

    def own(self):
        return self.Client("b")


def outer():
    def Client(name):
        return name

    return Client("c")


def uses_global():
    global made
    made = Client("d", 1, "hash")  # expect: TGS101
    return made
