"""Functions have a client of their own by the name that the script's client has: no loop gets another's."""
import asyncio

from acme_queue import broker
from telethon import TelegramClient


async def check(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    async with client:
        return await client.get_me()


@broker.task
def one(name):
    return asyncio.run(check(name))


@broker.task
def other(name):
    async def run():
        client = TelegramClient(name, 1, "hash")  # expect: TGS101
        async with client:
            return await client.get_me()

    return asyncio.run(run())


async def report():
    await client.send_message("me", "up")


@broker.task
def shared():
    asyncio.run(report())  # expect: TGS302


async def sender(name):
    me = await client.get_me()
    return [name for client in (1, 2)], me


@broker.task
def shared_too():
    asyncio.run(sender("x"))  # expect: TGS302


if __name__ == "__main__":
    client = TelegramClient("script", 1, "hash")  # expect: TGS101 TGS201
    client.start()
    client.send_message("me", "up")
