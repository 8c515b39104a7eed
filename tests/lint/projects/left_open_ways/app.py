"""Ways out of a function, one a function: which of them leave the client open."""
import contextlib
import sys
import time

from telethon import TelegramClient


def ends_the_program(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
    client.connect()
    if not client.is_user_authorized():
        sys.exit("log in first")
    client.disconnect()


def catches_all(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    client.connect()
    try:
        client.send_message("me", "up")
    except BaseException:
        client.disconnect()
        raise
    else:
        client.disconnect()


async def swallows(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
    with contextlib.suppress(OSError):
        await client.connect()
        await client.get_me()
    await client.disconnect()


async def returns_in_finally(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    try:
        await client.connect()
        await client.get_me()
    finally:
        await client.disconnect()
        return name


async def breaks_off_the_clean_up(names):
    client = TelegramClient("names", 1, "hash")  # expect: TGS101 TGS201
    for name in names:
        try:
            await client.connect()
            await client.send_message(name, "up")
        finally:
            if name == "me":
                break
            await client.disconnect()


async def reconnects_in_the_handler(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
    try:
        await client.connect()
        await client.disconnect()
    except OSError:
        await client.connect()


async def groups(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    try:
        await client.connect()
        await client.get_me()
    finally:
        await client.disconnect()


async def flag_says_so(name):
    client, opened = TelegramClient(name, 1, "hash"), False  # expect: TGS101
    try:
        await client.connect()
        opened = True
        await client.get_me()
    finally:
        if opened:
            await client.disconnect()


async def flag_is_late(name):
    client, opened = TelegramClient(name, 1, "hash"), False  # expect: TGS101 TGS201
    try:
        await client.connect()
        await client.get_me()
        opened = True
    finally:
        if opened:
            await client.disconnect()


async def logs_before_it_closes(name, log):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    try:
        await client.connect()
        await client.get_me()
    finally:
        log.info("closing %s", name)
        await client.disconnect()


async def lost_in_a_loop(names):
    for name in names:
        client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
        await client.connect()
    await client.disconnect()


async def matched(command):
    client = TelegramClient("m", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    match command:
        case "keep":
            pass
        case _:
            await client.disconnect()


async def yields(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    yield name
    await client.disconnect()


async def gives_itself(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    await client.connect()
    yield client
    await client.disconnect()


class Lent:
    @contextlib.asynccontextmanager
    async def without_finally(self, name):
        client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
        await client.connect()
        yield client
        await client.disconnect()

    @contextlib.asynccontextmanager
    async def with_finally(self, name):
        client = TelegramClient(name, 1, "hash")  # expect: TGS101
        await client.connect()
        try:
            yield client
        finally:
            await client.disconnect()


async def makes_what_cannot_fail(names):
    client = TelegramClient("names", 1, "hash")  # expect: TGS101
    await client.start()
    sent, seen, began = 0, set(), time.monotonic()
    try:
        for name in names:
            seen.add(await client.get_entity(name))
            sent += 1
    finally:
        await client.disconnect()
    return sent, began


async def makes_what_can_fail(names):
    client = TelegramClient("names", 1, "hash")  # expect: TGS101 TGS201
    await client.start()
    seen = set(names)
    try:
        seen.add(await client.get_me())
    finally:
        await client.disconnect()


async def keeps_it_for_others(app):
    client = TelegramClient("kept", 1, "hash")  # expect: TGS101
    await client.connect()
    app.state.client = client
    app.state.all["kept"] = client
    try:
        yield
    finally:
        await client.disconnect()


async def keeps_it_under_a_name(app, key):
    client = TelegramClient("kept", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    app[key.name] = client
    try:
        yield
    finally:
        await client.disconnect()


async def keeps_something_else(app, key):
    client = TelegramClient("kept", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    app.state.key = key
    try:
        yield
    finally:
        await client.disconnect()


async def keeps_it_under_a_name_of_its_own(app):
    client = TelegramClient("a", 1, "hash")  # expect: TGS101
    await client.connect()
    app.state.all["kept"] = client


async def keeps_it_under_a_name_that_may_not_be_there(app):
    client = TelegramClient("a", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    app.all[app.name] = client


async def keeps_it_on_what_may_not_be_there(all, key):
    client = TelegramClient("a", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    all[key].client = client


async def looks_for_another_first(app):
    client = TelegramClient("a", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    one = app.client or client
    try:
        await app.work(one)
    finally:
        await client.disconnect()


async def says_what_may_not_be_there(app):
    client = TelegramClient("a", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    name = f"{app.name}"
    try:
        await app.work(client, name)
    finally:
        await client.disconnect()


async def asks_for_another_first(app):
    client = TelegramClient("a", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    one = app.beside(client)
    try:
        await app.work(one)
    finally:
        await client.disconnect()


def ends_after_a_handler_that_may_be_needed(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
    client.connect()
    try:
        client.sign_in(code=input())
    except ValueError:
        client.sign_in(password=input())
    print("done")


def ends_whatever_is_known(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101 TGS201
    client.connect()
    is_new = False
    try:
        client.sign_in(code=input())
    except ValueError:
        is_new = True
    if is_new:
        print("welcome")
    if is_new:
        print("again")
