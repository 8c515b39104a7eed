from telethon import TelegramClient


class Base:
    shared: TelegramClient

    def __init__(self, name):
        self.client = TelegramClient(name, 1, "hash")  # expect: TGS101
