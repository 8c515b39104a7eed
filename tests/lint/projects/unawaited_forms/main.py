"""Dropped: a statement, also through `if`/`and`/conditional. Kept: awaited, gathered, returned, handed on."""
import asyncio

from acme_tasks import track
from telethon import TelegramClient


async def dropped(client: TelegramClient, other: TelegramClient):
    client.disconnect()  # expect: TGS202
    if client.is_connected():
        client.disconnect()  # expect: TGS202
    client.is_connected() and client.disconnect()  # expect: TGS202
    client.disconnect() if client else None  # expect: TGS202
    [item.disconnect() for item in (client, other)]  # expect: TGS202
    _ = other.disconnect()  # maybe: TGS202
    asyncio.ensure_future(client.disconnect())  # expect: TGS202


async def kept(client: TelegramClient, other: TelegramClient):
    await client.disconnect()
    await asyncio.wait_for(client.disconnect(), 5)
    await asyncio.gather(client.disconnect(), other.disconnect())
    await asyncio.gather(*[item.disconnect() for item in (client, other)])
    closing = client.disconnect()
    print("closing")
    await closing
    task = asyncio.ensure_future(other.disconnect())
    await task
    track(client.disconnect())
    await (client.disconnect() if client else asyncio.sleep(0))
    return client.disconnect()


async def collected(clients: list[TelegramClient]):
    waiting = []
    for client in clients:
        waiting.append(client.disconnect())
    await asyncio.gather(*waiting)


def plain(client: TelegramClient):
    client.disconnect()


async def outer(client: TelegramClient):
    def close():
        client.disconnect()

    later = lambda: client.disconnect()
    return close, later


def around(client: TelegramClient):
    async def close():
        client.disconnect()  # expect: TGS202

    return close
