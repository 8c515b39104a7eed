"""What the programs' own helpers do with a client that they are given."""
import elsewhere
from telethon import TelegramClient


def take(client):
    elsewhere.take(client)


async def either(client, keep):
    if keep:
        elsewhere.take(client)
    else:
        await client.disconnect()


async def watch(client):
    while True:
        await client.get_me()


async def sometimes(client, wanted):
    if wanted:
        await client.connect()


async def greet(client: TelegramClient):
    await client.send_message("me", "hello")


def both(name, client):
    print(name)
    elsewhere.take(client)


class Jobs:
    def keep(self, client):
        self.client = client

    def top(self):
        return self
