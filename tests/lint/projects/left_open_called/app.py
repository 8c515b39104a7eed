"""Functions, classes and tasks of the project that a client goes through: who has it then, and who closes it."""

import asyncio
from dataclasses import dataclass

from acme_settings import *
from telethon import TelegramClient

from helpers import Jobs, both, either, greet, sometimes, take, watch


@dataclass
class Pair:
    name: str
    number: int
    client: object

    async def close(self):
        await self.client.disconnect()


class Own(TelegramClient):
    async def ended(self):
        await self.disconnect()

    async def idle(self):
        print(self)


async def task_watches_for_ever():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    task = asyncio.create_task(watch(client))
    print(task)


async def task_closes_or_hands_over(keep):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    task = asyncio.create_task(either(client, keep))
    print(task)


async def task_does_not_open():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    task = asyncio.create_task(greet(client))
    print(task)


async def task_opens_it_again(wanted):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await client.disconnect()
    task = asyncio.create_task(sometimes(client, wanted))
    print(task)


async def place_cannot_be_told(rows):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    both(*rows, client)
    await client.connect()


async def place_in_a_dataclass_cannot_be_told(rows):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    pair = Pair(*rows, client)
    await client.connect()
    await pair.close()


async def place_in_a_dataclass_can_be_told(rows):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    pair = Pair("a", rows, client)
    await pair.client.connect()
    await client.get_me()
    await pair.close()


async def method_of_the_clients_class():
    client = Own("a", 1, "h")  # expect: TGS101
    await client.connect()
    await Own.ended(client)


async def method_of_the_clients_class_that_does_nothing():
    client = Own("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await Own.idle(client)


async def method_by_another_name_keeps_it():
    keep = Jobs().keep
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    keep(client)
    return keep


async def attribute_of_a_name_from_elsewhere():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    settings.client = client
    await client.connect()
    take(client)


async def attribute_of_what_a_parameter_gives(jobs: Jobs):
    jobs = jobs.top()
    jobs.client = TelegramClient("a", 1, "h")  # expect: TGS101
    await jobs.client.connect()


async def called_as_its_parameter(client=None):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()


async def disconnect_is_returned():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    return client.disconnect


async def returns_early(wanted):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    if not wanted:
        return
    await client.disconnect()


def lambda_that_leaves_it():
    return lambda: TelegramClient("a", 1, "h").start().get_me()  # expect: TGS101 TGS201


def lambda_that_gives_it():
    return lambda: TelegramClient("a", 1, "h").start()  # expect: TGS101


def opened_while_it_fails(name):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        raise ValueError(name)
    finally:
        with open(name):
            client.connect()


def built_while_it_fails(name):
    try:
        raise ValueError(name)
    finally:
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        client.start()


def all_are_kept(names):
    return [TelegramClient(name, 1, "h").start() for name in names]  # expect: TGS101


def all_can_be_closed(names):
    return [TelegramClient(name, 1, "h").start().disconnect for name in names]  # expect: TGS101


def all_are_asked(names):
    return [TelegramClient(name, 1, "h").start().get_me() for name in names]  # expect: TGS101 TGS201


def all_of_one():
    return [row.id for row in TelegramClient("a", 1, "h").start().get_dialogs()]  # expect: TGS101 TGS201
