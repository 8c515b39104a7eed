"""The wrapper's `disconnect` is a coroutine: running it is right. Silent."""
import asyncio
import atexit
from contextlib import AsyncExitStack, closing

from acme_database import database
from telethon import TelegramClient
from wrapper import Wrapper


async def shut(client: TelegramClient):
    await client.disconnect()


def main(wrapper: Wrapper, client: TelegramClient):
    asyncio.run(wrapper.disconnect())
    asyncio.run(shut(client))
    client.loop.run_until_complete(shut(client))
    with closing(wrapper):
        atexit.register(database.disconnect)


async def stacked(client: TelegramClient):
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.disconnect)
        stack.callback(database.disconnect)
        await client.connect()
