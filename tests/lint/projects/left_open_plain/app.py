"""Helpers that say nothing of Telethon are followed all the same, once a client is handed to them."""
from helpers import gathered, work
from helpers.work import close, close_by_another, keep, perhaps, scrape
from telethon import TelegramClient


async def leaks():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.start()
    await scrape(client)


async def leaks_by_another_name():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.start()
    await gathered(client)


async def leaks_by_the_module():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.start()
    await work.scrape(client)


async def closes():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        await client.start()
        await scrape(client)
    finally:
        await close(client)


async def closes_far_away():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        await client.start()
        await gathered(client)
    finally:
        await work.close_by_another(client)


async def closes_too():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        await client.start()
    finally:
        await close_by_another(client)


async def is_kept():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.start()
    keep(client)


async def is_kept_in_other_ways(first, second, third, fourth):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.start()
    if first:
        work.keep_in_front(client)
    elif second:
        work.keep_too(client)
    elif third:
        work.keep_once(client)
    elif fourth:
        work.keep_by_name(client)
    else:
        work.keep_by_names(client)


async def may_be_nowhere_to_be_kept():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.start()
    work.look_up(client)


async def may_be_left_by_one_of_two():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.start()
    await perhaps(client)


async def leaks_after_another_argument():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.start()
    work.take("name", client)


async def calls_what_cannot_raise():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.start()
    work.ready()
    await client.disconnect()


async def closes_by_a_function_in_it():
    client = TelegramClient("a", 1, "h")  # expect: TGS101

    async def close_it():
        await client.disconnect()

    try:
        await client.start()
        work.ready()
    finally:
        await close_it()


async def closes_by_a_function_that_a_helper_calls():
    client = TelegramClient("a", 1, "h")  # expect: TGS101

    async def close_it():
        await client.disconnect()

    try:
        await client.start()
    finally:
        await work.call(close_it)
