"""This project's `guarded_client` has nothing to do with ours. Silent, but for the construction in it."""
from telethon import TelegramClient


def guarded_client(name):
    return TelegramClient(name, 1, "hash")  # expect: TGS101


async def main():
    client = guarded_client("a")
    await client.connect()
    await client.disconnect()


async def shadowed(guarded_client):
    guarded_client("b")
