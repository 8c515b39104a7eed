"""What a path depends on: flags that are compared, callbacks, managers that swallow or do not, and who has what is stored."""

import asyncio
from asyncio import gather, run
from contextlib import closing, nullcontext

import elsewhere
import pytest
import settings
from telethon import TelegramClient
from tgsession_runtime import guarded_client

HOOKS = {}
STATE = elsewhere.State()


def with_a_callback(callback):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    callback()
    client.disconnect()


def between_is_a_setting():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    name = settings.NAME
    client.disconnect()
    return name


def calls_back(callback):
    callback()


def with_a_callback_in_a_helper():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    calls_back(print)
    client.disconnect()


# flags


def flag_is_equal_to_true(flag):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        if flag == True:
            client.connect()
        elsewhere.call()
    finally:
        if flag == True:
            client.disconnect()


def flag_is_equal_to_false(flag):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        if flag != False:
            client.connect()
        elsewhere.call()
    finally:
        if flag == False:
            print("never opened")
        else:
            client.disconnect()


def flag_is_true_or_only_equal(flag):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        if flag == True:
            client.connect()
        elsewhere.call()
    finally:
        if flag is True:
            client.disconnect()


def client_is_unequal_to_none():
    client = None
    try:
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        client.connect()
        elsewhere.call()
    finally:
        if client != None:
            client.disconnect()


def client_is_equal_to_none():
    owner = Owner()
    owner.client = TelegramClient("a", 1, "h")  # expect: TGS101
    owner.client.connect()
    try:
        elsewhere.call()
    finally:
        if owner.client == None:
            print("never opened")
        else:
            owner.client.disconnect()


class Counting(TelegramClient):
    def __len__(self):
        return 0


def client_that_is_false():
    client = Counting("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    if client:
        client.disconnect()


# owners


class Owner:
    pass


class Borrowed:
    __init__ = elsewhere.adopt


def kept_by_a_borrowed_constructor():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    Borrowed(client)


def shared():
    return STATE


def on_an_object_of_somebody():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    shared().client = client


def in_a_shared_state():
    STATE.client = TelegramClient("a", 1, "h")  # expect: TGS101
    STATE.client.connect()


def forgotten_by_a_shared_state():
    STATE.client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    STATE.client.connect()
    STATE.client = None


async def lost_in_one_line():
    ready = await TelegramClient("a", 1, "h").connect()  # expect: TGS101 TGS201
    return ready


# managers


def make():
    return TelegramClient("a", 1, "h")  # expect: TGS101


def client_of_a_factory_swallows_nothing():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    try:
        with make():
            raise ValueError
    except BaseException:
        client.disconnect()


async def guard_swallows_nothing():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        async with guarded_client("b", 1, "h"):
            raise ValueError
    except BaseException:
        await client.disconnect()


def one_of_two_managers_may_swallow(name):
    opened = open if name else elsewhere.manager
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        with opened(name):
            raise ValueError
    except BaseException:
        client.disconnect()


async def named_by_closing():
    with closing(TelegramClient("a", 1, "h")) as client:  # expect: TGS101 TGS201 TGS203
        await client.connect()


async def around_the_client_alone():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    with nullcontext(client):
        await client.connect()


class Bot:
    async def talks(self):
        async with guarded_client("a", 1, "h") as self.client:  # expect: TGS104
            await self.client.send_message("me", "hello")

    async def talks_afterwards(self):
        async with guarded_client("a", 1, "h") as self.client:  # expect: TGS104
            await self.client.get_me()
        await self.client.send_message("me", "hello")  # expect: TGS104


# generators


@pytest.fixture(scope="session", autouse=True)
def logged_in():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    yield
    client.disconnect()


@HOOKS["start"]
def hooked():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    yield 1
    client.disconnect()


# coroutines


async def session(client):
    await client.connect()
    await client.get_me()
    await client.disconnect()


def run_by_name():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    run(session(client))


async def gathered_by_name():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await gather(session(client))


async def waited_for_by_somebody():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await elsewhere.scheduled(session(client))


async def one_of_two_coroutines(name):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await (session(client) if name else asyncio.sleep(1))
