from telethon import TelegramClient


class Client(TelegramClient):
    """Ours."""


def get_client():
    return Client("a", 1, "hash")  # expect: TGS101
