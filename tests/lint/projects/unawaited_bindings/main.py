"""However the client got its name, it is a client."""
from telethon import TelegramClient


async def started():
    client = await TelegramClient("a", 1, "hash").start()  # expect: TGS101 TGS201
    client.disconnect()  # expect: TGS202


async def entered():
    async with TelegramClient("b", 1, "hash") as client:  # expect: TGS101
        client.disconnect()  # expect: TGS202


async def entered_started():
    async with await TelegramClient("c", 1, "hash").start() as client:  # expect: TGS101
        client.disconnect()  # expect: TGS202


async def walrus():
    if (client := TelegramClient("d", 1, "hash")).is_connected():  # expect: TGS101
        client.disconnect()  # expect: TGS202


async def tuple_of_two():
    source, target = TelegramClient("e", 1, "hash"), TelegramClient("f", 1, "hash")  # expect: TGS101
    source.disconnect()  # expect: TGS202
    await target.disconnect()


async def renamed():
    first = second = TelegramClient("g", 1, "hash")  # expect: TGS101 TGS201
    third = second
    third.disconnect()  # expect: TGS202
    await first.connect()


async def rebound(database):
    client = TelegramClient("h", 1, "hash")  # expect: TGS101
    await client.disconnect()
    client = database
    client.disconnect()


async def without_a_name():
    TelegramClient("i", 1, "hash").disconnect()  # expect: TGS101 TGS202
