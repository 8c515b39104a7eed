"""`session` has a lock of its own and is named in the configuration: silent inside, a guard outside."""
from contextlib import asynccontextmanager

from acme_locks import lock
from telethon import TelegramClient


@asynccontextmanager
async def session(name):
    async with lock(name):
        client = TelegramClient(name, 1, "hash")
        await client.connect()
        try:
            yield client
        finally:
            await client.disconnect()


@asynccontextmanager
async def unnamed(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    await client.connect()
    try:
        yield client
    finally:
        await client.disconnect()
