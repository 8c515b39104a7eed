"""What others do with a client that they are given."""
from telethon import TelegramClient

CLIENTS = {}


async def close(client):
    if client is not None:
        await client.disconnect()


async def close_softly(client):
    try:
        await close(client)
    except OSError:
        print("gone already")


async def close_sometimes(client, wanted):
    if wanted:
        await client.disconnect()


async def greet(client):
    await client.send_message("me", "hello")


async def open_one(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    await client.connect()
    return client


def remember(client):
    CLIENTS["last"] = client


class Mailbox:
    def __init__(self, client):
        self._client = client

    async def __aenter__(self):
        await self._client.start()
        return self

    async def __aexit__(self, *exc):
        await self._client.disconnect()

    async def open(self):
        await self._client.connect()

    async def read(self):
        return await self._client.get_messages("me")

    async def aclose(self):
        await close(self._client)


class Careless:
    def __init__(self, client):
        self.client = client

    async def open(self):
        await self.client.connect()
