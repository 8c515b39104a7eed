"""Each looks like a disconnect and is none, or fails after it."""
import asyncio
import atexit
import contextlib
import signal
from contextlib import AsyncExitStack
from contextlib import aclosing as closing_async

import bot
from bot import client, make


def by_run():
    try:
        client.start()
    finally:
        asyncio.run(client.disconnect())  # expect: TGS203


def by_loop(loop):
    loop.run_until_complete(bot.client.disconnect())  # expect: TGS203
    client.loop.run_until_complete(client.disconnect())  # expect: TGS203


async def by_closing():
    async with closing_async(make()) as other:  # expect: TGS203
        await other.connect()
    with contextlib.closing(client):  # expect: TGS203
        await client.connect()


async def by_callback():
    async with AsyncExitStack() as stack:
        stack.callback(client.disconnect)  # expect: TGS203
        stack.push_async_callback(bot.client.disconnect)
        await client.connect()


atexit.register(client.disconnect)  # expect: TGS203
signal.signal(signal.SIGTERM, lambda *_: client.disconnect())  # expect: TGS203
