"""Every form in which a client is opened, closed, handed over or left open by a call: with an event loop, and without one."""

import asyncio
import atexit
import contextlib
import dataclasses
import os
import queue
import signal
import sys
import threading
from contextlib import AsyncExitStack, ExitStack, aclosing, closing

import elsewhere
import pytest
from telethon import TelegramClient

KEPT = {}


async def never_closed():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()


async def never_opened():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    print(client)


async def entered_by_hand():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.__aenter__()
    await client.__aexit__(None, None, None)


async def entered_by_hand_only():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.__aenter__()


def entered_by_hand_without_a_loop():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.__enter__()
    client.__exit__(None, None, None)


def entered_by_hand_only_without_a_loop():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.__enter__()


async def until_disconnected():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.start()
    await client.run_until_disconnected()


def until_disconnected_without_a_loop():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.start()
    client.run_until_disconnected()


def started_fluently():
    client = TelegramClient("a", 1, "h").start()  # expect: TGS101
    client.disconnect()


def started_fluently_only():
    client = TelegramClient("a", 1, "h").start()  # expect: TGS101 TGS201


def connected_gives_no_client():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client = client.connect()
    client.disconnect()


async def on_the_class():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await TelegramClient.connect(client)
    await TelegramClient.disconnect(client)


async def on_the_class_only_opened():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await TelegramClient.connect(client)


def driven_to_the_end():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop = asyncio.new_event_loop()
    client.connect()
    loop.run_until_complete(close(client))


def driven_by_run():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    asyncio.run(both(client))


def driven_by_run_only_opened():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    asyncio.run(opened(client))


async def both(client):
    await opened(client)
    await close(client)


async def opened(client):
    await client.connect()


async def close(client):
    await client.disconnect()


async def task_opens():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    task = asyncio.create_task(client.connect())
    await task


async def loop_task_opens(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop.create_task(client.connect())


async def future_opens():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await asyncio.ensure_future(client.connect())


async def threadsafe_opens(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    asyncio.run_coroutine_threadsafe(client.start(), loop)


async def gather_opens_and_closes():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await asyncio.gather(client.connect())
    await asyncio.gather(client.disconnect())


async def wait_for_opens_and_closes():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await asyncio.wait_for(client.start(), 1)
    await asyncio.wait_for(asyncio.shield(client.disconnect()), 1)


async def several_are_gathered():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    await asyncio.gather(*[close(client)])


async def helper_is_a_task():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    task = asyncio.create_task(close(client))
    await task


async def helper_is_a_task_that_opens():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    task = asyncio.create_task(opened(client))
    await task


async def helper_is_dropped():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    close(client)


async def at_exit():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    atexit.register(client.disconnect)  # expect: TGS203
    await client.connect()


async def on_a_signal():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    signal.signal(signal.SIGTERM, client.disconnect)  # expect: TGS203
    await client.connect()


async def on_a_signal_of_the_loop(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop.add_signal_handler(signal.SIGTERM, client.disconnect)  # expect: TGS203
    await client.connect()


async def callback_of_a_stack():
    async with AsyncExitStack() as stack:
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        stack.callback(client.disconnect)  # expect: TGS203
        await client.connect()


async def pushed_on_a_stack():
    async with AsyncExitStack() as stack:
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        stack.push(client.disconnect)  # expect: TGS203
        await client.connect()


async def async_callback_of_a_stack():
    async with AsyncExitStack() as stack:
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        stack.push_async_callback(client.disconnect)
        await client.connect()


def callback_of_a_stack_without_a_loop():
    with ExitStack() as stack:
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        stack.callback(client.disconnect)
        client.connect()


async def clean_up_of_a_test(case):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    case.addCleanup(client.disconnect)  # expect: TGS203
    await client.connect()


async def helper_in_a_stack():
    async with AsyncExitStack() as stack:
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        stack.push_async_callback(close, client)
        await client.connect()


async def lambda_in_a_stack():
    async with AsyncExitStack() as stack:
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        stack.push_async_callback(lambda: client.disconnect())
        await client.connect()


async def nested_helper_in_a_stack():
    client = TelegramClient("a", 1, "h")  # expect: TGS101

    async def end():
        await client.disconnect()

    async with AsyncExitStack() as stack:
        stack.push_async_callback(end)
        await client.connect()


async def nested_helper_that_does_nothing():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201

    async def end():
        print("end")

    async with AsyncExitStack() as stack:
        stack.push_async_callback(end)
        await client.connect()


async def in_closing():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    with closing(client):  # expect: TGS203
        await client.connect()


async def in_aclosing():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    async with aclosing(client):  # expect: TGS203
        await client.connect()


async def to_a_thread():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    threading.Thread(target=print, args=(client,)).start()


async def to_a_queue():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    queue.Queue().put(client)


async def to_somebody_else():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    elsewhere.take(client)


async def to_a_method_of_somebody(owner):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    owner.adopt(client)


async def to_the_standard_library():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    contextlib.nullcontext(client)


async def to_a_builtin():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    print(client)


async def set_as_an_attribute(owner):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    setattr(owner, "client", client)


async def to_a_global():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    KEPT["client"] = client


async def to_a_container():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    clients = [client]
    return len(clients)


async def to_an_attribute_of_a_parameter(owner):
    owner.client = TelegramClient("a", 1, "h")  # expect: TGS101
    await owner.client.connect()


async def to_an_attribute_of_somebody():
    owner = elsewhere.make()
    owner.client = TelegramClient("a", 1, "h")  # expect: TGS101
    await owner.client.connect()


class Plain:
    pass


async def to_an_attribute_of_ours():
    owner = Plain()
    owner.client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await owner.client.connect()


async def to_an_attribute_of_ours_and_closed():
    owner = Plain()
    owner.client = TelegramClient("a", 1, "h")  # expect: TGS101
    await owner.client.connect()
    await owner.client.disconnect()


async def attribute_tested():
    owner = Plain()
    owner.client = TelegramClient("a", 1, "h")  # expect: TGS101
    await owner.client.connect()
    if owner.client is not None:
        await owner.client.disconnect()


async def attribute_tested_the_other_way():
    owner = Plain()
    owner.client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await owner.client.connect()
    if owner.client is None:
        await owner.client.disconnect()


@dataclasses.dataclass
class Pair:
    name: str
    client: object

    async def close(self):
        await self.client.disconnect()


async def in_a_dataclass():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    pair = Pair("a", client)
    await client.connect()
    await pair.close()


async def in_a_dataclass_by_keyword():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    pair = Pair(name="a", client=client)
    await client.connect()
    await pair.close()


async def in_a_dataclass_that_is_forgotten():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    pair = Pair("a", client)
    client = None
    print(pair.name)


class Own(TelegramClient):
    def __init__(self, name):
        super().__init__(name, 1, "h")

    async def opened(self):
        await self.connect()
        return self

    async def ended(self):
        await super().disconnect()


async def own_class():
    client = Own("a")  # expect: TGS101
    await client.opened()
    await client.ended()


async def own_class_only_opened():
    client = Own("a")  # expect: TGS101 TGS201
    await client.opened()


class Eager(TelegramClient):
    def __init__(self):
        super().__init__("a", 1, "h")
        self.connect()


def opened_by_its_constructor():
    client = Eager()  # expect: TGS101 TGS201
    print(client)


def opened_by_its_constructor_and_closed():
    client = Eager()  # expect: TGS101
    client.disconnect()


class Quiet(TelegramClient):
    async def disconnect(self):
        print("no")


async def closes_nothing():
    client = Quiet("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await client.disconnect()


class Static:
    @staticmethod
    async def close(client):
        await client.disconnect()

    async def plain(self, client):
        await client.disconnect()

    @classmethod
    async def of_class(cls, client):
        await client.disconnect()


async def by_a_static_method():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    await Static.close(client)


async def by_a_method():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await Static().plain(client)


async def by_a_method_on_its_class():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await Static.plain(Static(), client)


async def given_in_a_tuple():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    await close((client,))


async def given_with_a_star():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await close(*[client])


class Test:
    def test_connects(self):
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        self.assertTrue(client.connect())
        client.disconnect()

    def test_asks(self):
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        client.connect()
        self.assertTrue(client.get_me())
        client.disconnect()


@pytest.fixture
def fixture():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    yield client
    client.disconnect()


@pytest.fixture(scope="session")
def fixture_of_a_session():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    yield client
    client.disconnect()


@pytest.fixture
def fixture_that_leaves():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    yield client


@contextlib.contextmanager
def manager():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    yield client
    client.disconnect()


@contextlib.contextmanager
def careful_manager():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    try:
        yield client
    finally:
        client.disconnect()


def generator():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    yield client


def generator_from():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    yield from (client,)


def generator_of_others():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    yield 1


def in_a_file():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    with open("a"):
        client.connect()
        client.disconnect()


async def under_a_lock():
    lock = asyncio.Lock()
    async with lock:
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        await client.connect()
        try:
            with open("a") as file:
                raise ValueError(file)
        finally:
            await client.disconnect()


async def in_a_file_in_a_try():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        with open("a") as file:
            if file:
                raise ValueError
            return
    except BaseException:
        await client.disconnect()
        raise
    finally:
        await client.disconnect()


def swallowed_by_nobody():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    try:
        with open("a"):
            raise ValueError
    except BaseException:
        client.disconnect()


def swallowed_by_somebody():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        with elsewhere.manager():
            raise ValueError
    except BaseException:
        client.disconnect()


def swallowed_by_no_client(other: TelegramClient):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    try:
        with other:
            raise ValueError
    except BaseException:
        client.disconnect()


def harmless():
    return 1


def harmful():
    return int("a")


def between_are_harmless_calls():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    harmless()
    client.disconnect()


def between_are_harmful_calls():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    harmful()
    client.disconnect()


async def harmless_async():
    return await harmless_too()


async def harmless_too():
    return 1


async def between_is_a_harmless_coroutine():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    await harmless_async()
    await client.disconnect()


async def harmful_async():
    return await harmful_too()


async def harmful_too():
    return int("a")


async def between_is_a_harmful_coroutine():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await harmful_async()
    await client.disconnect()


async def between_are_attributes_of_modules():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    path = sys.path
    await client.disconnect()
    return path


def leaves_the_program():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    if KEPT:
        sys.exit(1)
    client.disconnect()


async def clean_up_that_may_fail():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        await harmful_async()
    finally:
        print("ends")
        await client.disconnect()


async def clean_up_that_raises():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    try:
        await harmful_async()
    finally:
        if KEPT:
            raise ValueError
        await client.disconnect()


async def clean_up_that_closes_nothing():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    try:
        await harmful_async()
    finally:
        print("ends")


async def unpacked():
    client, other = TelegramClient("a", 1, "h"), 1  # expect: TGS101
    await client.connect()
    await client.disconnect()
    return other


async def unpacked_from_a_helper():
    client, other = pair_of()
    await client.connect()
    await client.disconnect()
    return other


def pair_of():
    return TelegramClient("a", 1, "h"), 1  # expect: TGS101


async def made_by_a_helper():
    client = make()
    await client.connect()


def make():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    return client


def made_in_a_lambda():
    return (lambda: TelegramClient("a", 1, "h").start())()  # expect: TGS101


async def appended():
    clients = []
    clients += [TelegramClient("a", 1, "h")]  # expect: TGS101
    return clients


async def all_at_once():
    clients = [TelegramClient(name, 1, "h") for name in "ab"]  # expect: TGS101
    await asyncio.gather(*[client.connect() for client in clients])


async def session(client):
    await client.connect()
    await client.get_me()
    await client.disconnect()


def run_by_asyncio():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    asyncio.run(session(client))


def run_by_a_loop():
    loop = asyncio.new_event_loop()
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop.run_until_complete(session(client))


def run_by_a_runner(runner):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    runner.run(session(client))


def run_in_time(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop.run_until_complete(asyncio.wait_for(session(client), 1))


async def run_in_a_gather():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await asyncio.gather(session(client))


async def run_in_a_gather_of_several():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await asyncio.gather(*[session(client)])


async def run_in_a_gather_of_a_tuple():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await asyncio.gather(*(session(client), session(None)))


async def run_as_a_task(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    loop.create_task(session(client))


async def kept_for_later():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    work = session(client)
    await work


async def given_to_somebody():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    elsewhere.run_later(session(client))


async def put_aside():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    work = [session(client)]
    return work


async def asked_of_somebody():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    return elsewhere.Job().run(session(client))


async def extended():
    clients = []
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    clients += [client]


async def extended_by_another():
    clients = []
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    clients += [1]


async def in_a_set():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    KEPT["all"] = {client}


async def in_a_dict():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    KEPT["all"] = {"a": client}


async def in_a_variable_with_a_set():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    clients = {client}
    print(clients)


async def in_a_variable_with_a_dict():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    clients = {"a": client}
    print(clients)


async def under_asyncio_lock():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        async with asyncio.Lock():
            raise ValueError
    except BaseException:
        await client.disconnect()


def under_a_threads_lock():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    try:
        with threading.Lock():
            raise ValueError
    except BaseException:
        client.disconnect()


async def in_time():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        async with asyncio.timeout(1):
            raise ValueError
    except BaseException:
        await client.disconnect()


def through_a_middle_function():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()

    def inner():
        client.disconnect()

    def outer():
        inner()

    outer()


def through_a_middle_lambda():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    inner = lambda: client.disconnect()
    inner()


def kills_the_process():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    if KEPT:
        os._exit(1)
    client.disconnect()


def aborts_the_process():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        os.abort()
    finally:
        client.disconnect()


def kills_the_process_in_the_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        harmful()
    finally:
        if KEPT:
            sys.exit(1)
        client.disconnect()


async def clean_up_that_asserts():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    try:
        await harmful_async()
    finally:
        assert KEPT
        await client.disconnect()


async def clean_up_in_a_manager():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        await harmful_async()
    finally:
        with elsewhere.manager():
            await client.disconnect()


async def clean_up_in_a_handler():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        await harmful_async()
    except BaseException:
        print("ends")
        await client.disconnect()
        raise
    else:
        await client.disconnect()


def generator_that_closes():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        client.connect()
    finally:
        yield from (client.disconnect() or (),)


def helper_that_calls_itself(n):
    return helper_that_calls_itself(n - 1) if n else 1


def between_is_a_recursive_call():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    helper_that_calls_itself(3)
    client.disconnect()


def sometimes(n):
    return harmless if n else harmful


def between_is_one_of_two(n):
    one = harmless if n else harmful
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    one()
    client.disconnect()


def between_is_one_of_two_or_a_stranger(n):
    one = harmless if n else elsewhere.call
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    one()
    client.disconnect()


def ends_with_harmful():
    harmful()


def between_is_a_harmful_caller():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    ends_with_harmful()
    client.disconnect()


def calls_harmless():
    return harmless()


def between_is_a_harmless_caller():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    calls_harmless()
    client.disconnect()


def makes_a_coroutine():
    return harmful_async()


def between_is_a_coroutine_that_is_made():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    client.connect()
    makes_a_coroutine()
    client.disconnect()


def opens_a_file():
    with open("a"):
        return 1


def between_is_a_file():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    opens_a_file()
    client.disconnect()


async def awaits_a_stranger(work):
    await work


async def between_is_a_stranger():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await awaits_a_stranger(1)
    await client.disconnect()


async def awaits_a_task():
    await asyncio.sleep(1)


async def between_is_a_pause():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await awaits_a_task()
    await client.disconnect()


async def started_where_it_is_built():
    client = await TelegramClient("a", 1, "h").start()  # expect: TGS101
    if client:
        await client.disconnect()


async def started_where_it_is_built_and_tested():
    client = None
    try:
        client = await TelegramClient("a", 1, "h").start()  # expect: TGS101
        await client.get_me()
    finally:
        if client:
            await client.disconnect()


def mode_equal(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode == "a":
        client.connect()
    try:
        harmful()
    finally:
        if mode == "a":
            client.disconnect()


def mode_unequal(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode == "a":
        client.connect()
    try:
        harmful()
    finally:
        if mode != "a":
            print(mode)
        else:
            client.disconnect()


def mode_equal_to_another(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode == "a":
        client.connect()
    try:
        harmful()
    finally:
        if mode == "b":
            client.disconnect()


def mode_not_equal(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode != "a":
        client.connect()
    try:
        harmful()
    finally:
        if mode != "a":
            client.disconnect()


def mode_not_equal_then_equal(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode != "a":
        client.connect()
    try:
        harmful()
    finally:
        if mode == "a":
            client.disconnect()


def mode_number(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode == 1:
        client.connect()
    try:
        harmful()
    finally:
        if mode == 1:
            client.disconnect()


def mode_float(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode == 1.0:
        client.connect()
    try:
        harmful()
    finally:
        if mode == 1.0:
            client.disconnect()


def mode_other_number(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode == 1:
        client.connect()
    try:
        harmful()
    finally:
        if mode == 2:
            client.disconnect()


def mode_is_not_none(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode is not None:
        client.connect()
    try:
        harmful()
    finally:
        if mode is not None:
            client.disconnect()


def mode_is_none(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode is None:
        client.connect()
    try:
        harmful()
    finally:
        if mode is None:
            client.disconnect()


def mode_none_else(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode is not None:
        client.connect()
    try:
        harmful()
    finally:
        if mode is None:
            print(mode)
        else:
            client.disconnect()


def mode_equals_none(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode == None:
        client.connect()
    try:
        harmful()
    finally:
        if mode is None:
            client.disconnect()


def mode_unequals_none(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode != None:
        client.connect()
    try:
        harmful()
    finally:
        if mode is not None:
            client.disconnect()


def mode_unequals_none_else(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode != None:
        client.connect()
    try:
        harmful()
    finally:
        if mode == None:
            print(mode)
        else:
            client.disconnect()


def mode_true_so_not_none(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        if mode is not None:
            client.disconnect()


def mode_true_so_not_none_else(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        if mode is None:
            print(mode)
        else:
            client.disconnect()


def mode_not_none_may_be_false(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode is not None:
        client.connect()
    try:
        harmful()
    finally:
        if mode:
            client.disconnect()


def mode_none_so_false(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode is None:
        client.connect()
    try:
        harmful()
    finally:
        if mode:
            print(mode)
        else:
            client.disconnect()


def mode_none_so_not_true(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode is None:
        client.connect()
    try:
        harmful()
    finally:
        if not mode:
            client.disconnect()


def mode_false_may_be_none(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if not mode:
        client.connect()
    try:
        harmful()
    finally:
        if mode is None:
            client.disconnect()


def mode_compared_with_less(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode < 1:
        client.connect()
    try:
        harmful()
    finally:
        if mode < 1:
            client.disconnect()


def mode_compared_twice(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if 0 == mode == 1:
        client.connect()
    try:
        harmful()
    finally:
        if 0 == mode == 1:
            client.disconnect()


def mode_of_another(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode.kind == "a":
        client.connect()
    try:
        harmful()
    finally:
        if mode.kind == "a":
            client.disconnect()


def mode_is_a_constant(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode is 1:
        client.connect()
    try:
        harmful()
    finally:
        if mode is 1:
            client.disconnect()


def mode_equal_to_a_name(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode == KEPT:
        client.connect()
    try:
        harmful()
    finally:
        if mode == KEPT:
            client.disconnect()


def mode_is_a_name(mode):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode is KEPT:
        client.connect()
    try:
        harmful()
    finally:
        if mode is KEPT:
            client.disconnect()


def mode_set_to_none(mode):
    mode = None
    if KEPT:
        mode = 1
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode is not None:
        client.connect()
    try:
        harmful()
    finally:
        if mode is not None:
            client.disconnect()


def mode_annotated(mode):
    mode: object = None
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        if mode:
            client.disconnect()


def mode_empty(mode):
    mode = ""
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_empty_too(mode):
    mode = ''
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_zero(mode):
    mode = 0
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_false(mode):
    mode = False
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_none(mode):
    mode = None
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_one(mode):
    mode = 1
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if not mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_text(mode):
    mode = "a"
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if not mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_a_name(mode):
    mode = KEPT
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


def mode_true(mode):
    mode = True
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if not mode:
        client.connect()
    try:
        harmful()
    finally:
        print(mode)


SWITCH = False


def flips():
    global SWITCH
    SWITCH = not SWITCH


def global_switch():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if SWITCH:
        client.connect()
    try:
        flips()
    finally:
        if SWITCH:
            client.disconnect()


def nonlocal_switch(switch):
    def flip():
        nonlocal switch
        switch = not switch

    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    if switch:
        client.connect()
    try:
        flip()
    finally:
        if switch:
            client.disconnect()


def asked_for_its_user():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    if client.get_me():
        client.disconnect()


def asked_whether_another_is_connected(other):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    if other.is_connected():
        client.disconnect()


def several_are_kept(rows):
    for row in rows:
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        client.connect()
        KEPT[row] = client


if __name__ == "__main__":
    main_client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    main_client.connect()
    harmful()
    main_client.disconnect()
