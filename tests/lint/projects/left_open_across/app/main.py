"""Who closes the client is another file's affair: helpers, wrappers, registries."""
import asyncio
from contextlib import AsyncExitStack

from telethon import TelegramClient

from app import tools
from app.tools import Careless, Mailbox, close, close_softly


async def closed_by_a_helper():
    client = TelegramClient("a", 1, "hash")  # expect: TGS101
    try:
        await client.connect()
        await tools.greet(client)
    finally:
        await close(client)


async def closed_by_a_helper_of_a_helper():
    client = TelegramClient("b", 1, "hash")  # expect: TGS101
    try:
        await client.start()
    finally:
        await asyncio.shield(close_softly(client))


async def closed_by_a_helper_sometimes(wanted):
    client = TelegramClient("c", 1, "hash")  # expect: TGS101 TGS201
    try:
        await client.start()
    finally:
        await tools.close_sometimes(client, wanted)


async def only_used_by_a_helper():
    client = TelegramClient("d", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    await tools.greet(client)


async def helper_is_not_awaited():
    client = TelegramClient("e", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    close


async def kept_by_a_helper():
    client = TelegramClient("f", 1, "hash")  # expect: TGS101
    await client.connect()
    tools.remember(client)


async def wrapper_entered():
    async with Mailbox(TelegramClient("g", 1, "hash")) as mailbox:  # expect: TGS101
        print(await mailbox.read())


async def wrapper_closed():
    mailbox = Mailbox(TelegramClient("h", 1, "hash"))  # expect: TGS101
    try:
        await mailbox.open()
        print(await mailbox.read())
    finally:
        await mailbox.aclose()


async def wrapper_closed_on_the_straight_line():
    mailbox = Mailbox(TelegramClient("i", 1, "hash"))  # expect: TGS101 TGS201
    await mailbox.open()
    print(await mailbox.read())
    await mailbox.aclose()


async def wrapper_cannot_close():
    careless = Careless(TelegramClient("j", 1, "hash"))  # expect: TGS101 TGS201
    await careless.open()


async def wrapper_returned():
    careless = Careless(TelegramClient("k", 1, "hash"))  # expect: TGS101
    await careless.open()
    return careless


async def registered_for_later():
    async with AsyncExitStack() as stack:
        client = TelegramClient("l", 1, "hash")  # expect: TGS101
        stack.push_async_callback(close, client)
        await client.connect()


async def task_closes_it():
    client = TelegramClient("m", 1, "hash")  # expect: TGS101
    await client.connect()
    asyncio.create_task(close(client))


async def task_only_uses_it():
    client = TelegramClient("n", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    asyncio.create_task(tools.greet(client))
