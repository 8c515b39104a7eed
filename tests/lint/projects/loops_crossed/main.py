"""One client and two event loops, and what only looks like it."""
import asyncio

from acme_queue import broker
from clients import shared
from telethon import TelegramClient


async def work(client):
    await client.send_message("me", "up")


async def log_in():
    await shared.start()


async def use():
    await shared.send_message("me", "up")


async def own():
    async with TelegramClient("own", 1, "hash") as client:  # expect: TGS101
        await client.send_message("me", "up")


def twice():
    asyncio.run(log_in())
    asyncio.run(use())  # expect: TGS302


def once(first):
    if first:
        asyncio.run(log_in())
    else:
        asyncio.run(use())


def again_and_again(names):
    for _ in names:
        asyncio.run(use())  # expect: TGS302


def own_each_time(names):
    for _ in names:
        asyncio.run(own())


def connected_without_a_loop(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
    client.start()
    asyncio.run(work(client))  # expect: TGS302
    client.disconnect()


def entered_without_a_loop(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    with client:
        asyncio.run(work(client))  # expect: TGS302


def on_the_clients_own_loop(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    with client:
        client.loop.run_until_complete(work(client))
        client.loop.run_until_complete(work(client))


def a_new_one_each_time(names):
    for name in names:
        client = TelegramClient(name, 1, "hash")  # expect: TGS101
        asyncio.run(work(client))


@broker.task
def queued():
    asyncio.run(use())  # expect: TGS302


@broker.task
def queued_with_its_own():
    asyncio.run(own())


async def on_a_running_loop():
    await use()
    await use()
