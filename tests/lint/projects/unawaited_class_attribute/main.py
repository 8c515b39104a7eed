"""Clients that class methods keep on the class: `cls.client = …`, `cls.clients[name] = …`."""
from telethon import TelegramClient


class Single:
    client = None

    @classmethod
    async def get(cls):
        if cls.client is None:
            cls.client = TelegramClient("alerts", 1, "h")  # expect: TGS101
        return cls.client

    @classmethod
    async def close(cls):
        cls.client.disconnect()  # expect: TGS202


class Registry:
    clients = {}

    @classmethod
    async def add(cls, name):
        cls.clients[name] = TelegramClient(name, 1, "h")  # expect: TGS101

    @classmethod
    async def close(cls, name):
        cls.clients[name].disconnect()  # expect: TGS202


class Other:
    client = None

    @classmethod
    async def close(cls):
        cls.client.disconnect()


async def stop():
    Single.client.disconnect()  # expect: TGS202
    (await Single.get()).disconnect()  # expect: TGS202
    Other.client.disconnect()
