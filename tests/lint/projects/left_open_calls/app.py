"""What a call does to an open client: loops and tasks that run it, keepers, lookers-on, assertions, ends of the process."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import dataclasses
import multiprocessing
import os
import queue
import signal
import sys
import threading
import weakref
from asyncio import create_task, run
from contextlib import closing

import elsewhere
import telethon
from acme_store import ConnectionError
from telethon import TelegramClient
from tgsession_runtime import guarded_client

KEPT = {}
CURRENT = contextvars.ContextVar("client")


def harmless():
    return 1


def harmful():
    return int("a")


# loops and runners


def started_by_a_loop_only(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop.run_until_complete(client.start())


def started_by_a_loop(loop):
    client = loop.run_until_complete(TelegramClient("a", 1, "h").start())  # expect: TGS101
    client.disconnect()


def started_by_a_runner_only(runner):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    runner.run(client.start())


def started_by_asyncio():
    client = asyncio.run(TelegramClient("a", 1, "h").start())  # expect: TGS101
    client.disconnect()


def started_by_the_name_of_run():
    client = run(TelegramClient("a", 1, "h").start())  # expect: TGS101
    client.disconnect()


def started_by_the_name_of_run_only():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    run(client.start())


async def started_by_another_loop_only(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loops = elsewhere.loops()
    loops.run_coroutine_threadsafe(client.start(), loop)


# tasks


async def started_in_a_task_only():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    create_task(client.start())


async def started_in_a_task_of_the_loop_only(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop.create_task(client.start())


async def connected_in_a_future_that_nobody_awaits():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    asyncio.ensure_future(client.connect())


async def started_in_a_task():
    client = await create_task(TelegramClient("a", 1, "h").start())  # expect: TGS101
    await client.disconnect()


async def started_in_a_future():
    client = await asyncio.ensure_future(TelegramClient("a", 1, "h").start())  # expect: TGS101
    await client.disconnect()


async def closed_in_a_future():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        await client.get_me()
    finally:
        await asyncio.ensure_future(client.disconnect())


async def closed_in_a_task_which_is_an_error():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    try:
        await client.get_me()
    finally:
        task = asyncio.create_task(client.disconnect())  # expect: TGS203
        await task


async def closed_in_a_task_before_it_was_opened():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    asyncio.create_task(client.disconnect())  # expect: TGS203


async def between_is_a_task():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    asyncio.create_task(client.start())
    await client.disconnect()


# who keeps it


async def to_a_thread():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    threading.Thread(target=print, args=(client,))


async def to_a_process():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    multiprocessing.Process(target=print, args=(client,))


async def to_an_executor():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    concurrent.futures.ThreadPoolExecutor(1, "a", elsewhere.work, (client,))


async def to_a_queue():
    waiting = queue.Queue()
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    queue.Queue.put(waiting, client)


async def to_a_context():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    contextvars.ContextVar("client", default=client)


async def to_a_copy_of_settings(settings):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    return dataclasses.replace(settings, client=client)


async def to_the_end_of_its_owner(owner):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    weakref.finalize(owner, elsewhere.close, client)


async def referred_to_weakly():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    return weakref.ref(client)


async def to_an_attribute_of_something_frozen(owner):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    object.__setattr__(owner, "client", client)


async def to_a_list():
    clients = []
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    clients.append(client)
    await client.connect()
    return clients


async def to_a_list_of_started():
    return [await TelegramClient(name, 1, "h").start() for name in "ab"]  # expect: TGS101


# who only looks at it


async def to_a_function_of_telethon():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    telethon.utils.get_display_name(client)


async def to_a_function_of_telethon_and_closed():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    telethon.utils.get_display_name(client)
    await client.disconnect()


async def to_one_who_looks_or_one_who_keeps(show):
    work = print if show else elsewhere.take
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    work(client)


class Notice:
    def __call__(self, client):
        return client


async def to_an_object_that_can_be_called():
    notice = Notice()
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    notice(client)


class Foreign(elsewhere.Base):
    pass


async def to_an_object_that_somebody_can_call():
    foreign = Foreign()
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    foreign(client)


class Worker(threading.Thread):
    pass


async def to_an_attribute_of_a_thread():
    worker = Worker()
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    worker.client = client
    worker.start()


async def stopped_on_a_signal(loop):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    loop.add_signal_handler(signal.SIGTERM, lambda: client.disconnect())  # expect: TGS203
    await client.connect()


async def is_called_itself(request):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await client(request)


async def on_the_class_of_another(other):
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    await TelegramClient.disconnect(other)


async def on_the_class_without_arguments():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    print(TelegramClient.mro())


def in_closing_by_another_name():
    with closing(TelegramClient("a", 1, "h")) as client:  # expect: TGS101 TGS201 TGS203
        client.connect()


class Model(elsewhere.Model):
    client: object

    async def close(self):
        await self.client.disconnect()


async def in_a_model_that_checks_its_fields():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await client.connect()
    model = Model(client=client)
    await model.close()


class Box:
    def __init__(self, client):
        self.client = client

    def start(self):
        self.client.start()

    def close(self):
        self.client.disconnect()


def closed_by_what_is_in_closing():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    with closing(Box(client)) as box:
        box.start()


async def entered_by_what_we_do_not_see():
    holder = Foreign()
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    holder.client = client
    await client.connect()
    async with holder:
        await client.disconnect()


async def entered_by_what_we_do_not_see_and_never_closed():
    holder = Foreign()
    holder.client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    await holder.client.connect()
    async with holder:
        pass


async def lent_and_given_on():
    async with guarded_client("a", 1, "h") as client:
        try:
            elsewhere.take(client)
            return
        except OSError:
            pass
    await client.get_me()  # expect: TGS104


async def lent_and_given_on_in_order():
    async with guarded_client("a", 1, "h") as client:
        try:
            elsewhere.take(client)
        except OSError:
            return
    await client.get_me()  # expect: TGS104


async def lent_and_added(clients):
    async with guarded_client("a", 1, "h") as client:
        try:
            clients += [client]
        except TypeError:
            return
    await client.get_me()  # expect: TGS104


async def lent_and_not_added(clients):
    async with guarded_client("a", 1, "h") as client:
        try:
            clients += [client]
            return
        except TypeError:
            pass
    await client.get_me()  # expect: TGS104


# what fails, and what comes of it


def tries_twice():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        client.connect()
    except OSError:
        client.connect()
        return
    client.disconnect()


def closes_and_opens_again():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        client.disconnect()
    except OSError:
        client.connect()


async def closes_in_the_clean_up_and_opens_again():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        await client.connect()
    finally:
        try:
            await client.disconnect()
        except OSError:
            await client.connect()


async def raises_in_a_manager_of_the_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        await client.connect()
    finally:
        with contextlib.suppress(KeyError):
            raise ValueError
        await client.disconnect()


async def exits_in_a_manager_of_the_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        await client.connect()
    finally:
        with contextlib.suppress(KeyError):
            sys.exit(1)
        await client.disconnect()


async def asserts_in_a_manager_of_the_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        await client.connect()
    finally:
        with contextlib.suppress(KeyError):
            assert KEPT
            raise KeyError
        await client.disconnect()


async def exits_from_a_handler_that_closes():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        await client.connect()
        await client.get_me()
    except BaseException:
        print("ends")
        await client.disconnect()
        sys.exit(1)
    await client.disconnect()


async def asserts_in_a_handler_that_closes():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        await client.connect()
        await client.get_me()
    except BaseException:
        print("ends")
        await client.disconnect()
        assert False
    await client.disconnect()


async def ends_the_process_in_a_handler_that_closes():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        await client.connect()
        await client.get_me()
    except BaseException:
        print("ends")
        await client.disconnect()
        os._exit(1)
    await client.disconnect()


async def hands_on_or_closes_in_the_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    try:
        await client.connect()
    finally:
        with contextlib.suppress(OSError):
            print("ends")
            elsewhere.take(client)
            return
        await client.disconnect()


def handles_and_goes_on():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        harmful()
    except BaseException:
        print("fails")
    client.disconnect()


def closes_before_another_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    harmful()
    client.disconnect()
    try:
        harmless()
    finally:
        print("ends")


async def waits_in_the_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        await client.get_me()
    finally:
        while KEPT:
            await asyncio.sleep(1)
        await client.disconnect()


async def tells_in_the_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    await client.connect()
    try:
        await client.get_me()
    finally:
        for row in KEPT:
            print(row)
        await client.disconnect()


def goes_on_for_ever():
    TelegramClient("a", 1, "h").start()  # expect: TGS101 TGS201
    while True:
        pass


def fails_as_the_store_does():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        raise ConnectionError
    except OSError:
        client.disconnect()


def ends_the_process_before_its_clean_up():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    client.connect()
    try:
        os._exit(1)
    finally:
        client.disconnect()


def leaves_before_it_is_opened():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    os._exit(1)
    client.connect()


def leaves_by_another_exit():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    elsewhere.exit()
    client.connect()


def aborts_something_else():
    client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
    elsewhere.abort()
    client.connect()


async def calls_itself(client, times):
    try:
        await client.connect()
    except OSError:
        if times:
            await calls_itself(client, times - 1)


async def connected_by_what_calls_itself():
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    try:
        await calls_itself(client, 3)
    finally:
        await client.disconnect()


async def calm(client):
    return client.is_connected()


async def opened_under_a_flag(own):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    if own:
        await client.connect()
    await calm(client)
    if own:
        await client.disconnect()


def opened_under_one_of_many_options(own, a, b, c, d, e, f):
    client = TelegramClient("a", 1, "h")  # expect: TGS101
    size = 0
    if own:
        client.connect()
    if a:
        size = 1
    if not a:
        size = 2
    if b:
        size = 1
    if not b:
        size = 2
    if c:
        size = 1
    if not c:
        size = 2
    if d:
        size = 1
    if not d:
        size = 2
    if e:
        size = 1
    if not e:
        size = 2
    if f:
        size = 1
    if not f:
        size = 2
    if own:
        client.disconnect()
    return size


# assertions


class Door:
    def connect(self, client):
        client.connect()
        return True


DOOR = Door()


class Own(TelegramClient):
    def opened(self):
        self.connect()
        return True


def opened(client):
    client.connect()
    return True


class Test:
    async def test_connects(self):
        client = TelegramClient("a", 1, "h")  # expect: TGS101
        self.assertIsNone(await client.connect())
        await client.disconnect()

    async def test_connects_only(self):
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        self.assertIsNone(await client.connect())

    def test_of_a_name(self, name):
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        client.connect()
        self.assertTrue(name)
        client.disconnect()

    def test_of_a_helper(self, name):
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        self.assertEqual(opened(client), name)
        client.disconnect()

    def test_of_a_method(self):
        client = Own("a", 1, "h")  # expect: TGS101 TGS201
        self.assertFalse(client.opened())
        client.disconnect()

    def test_of_another_that_connects(self):
        client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201
        self.assertFalse(DOOR.connect(client))
        client.disconnect()
