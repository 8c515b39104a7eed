"""The client of a guard, past the guard's block: used, returned, stored; and what only looks like it."""
from acme_settings import API_HASH, API_ID
from telethon import TelegramClient
from tgsession_runtime import guarded_client

import keeping

current = None


async def used_after():
    async with guarded_client("a", API_ID, API_HASH) as client:
        me = await client.get_me()
    await client.send_message(me, "late")  # expect: TGS104
    print(client.is_connected())


async def given_after(log):
    async with guarded_client("b", API_ID, API_HASH) as client:
        log(client)
    log(client)  # expect: TGS104


def used_after_in_plain_code():
    with guarded_client("c", API_ID, API_HASH) as client:
        other = client
    return other.get_me()  # expect: TGS104


async def returned():
    async with guarded_client("d", API_ID, API_HASH) as client:
        return client, "d"  # expect: TGS104


async def stored_globally():
    global current
    async with guarded_client("e", API_ID, API_HASH) as client:
        current = client  # expect: TGS104


async def another_one_by_the_same_name():
    async with guarded_client("f", API_ID, API_HASH) as client:
        await client.get_me()
    async with guarded_client("g", API_ID, API_HASH) as client:
        await client.get_me()
    client = None
    return client


async def used_in_a_loop(names):
    for name in names:
        async with guarded_client(name, API_ID, API_HASH) as client:
            await client.get_me()


async def only_after_a_refusal():
    client = None
    try:
        async with guarded_client("h", API_ID, API_HASH) as client:
            await client.get_me()
    except ConnectionError:
        print(client.session)


async def through_the_projects_guard():
    async with keeping.session("i") as client:
        await client.get_me()
    return await client.get_me()  # expect: TGS104


async def stored_beside_other_things():
    global current
    async with guarded_client("j", API_ID, API_HASH) as client:
        name = client.session
        current = client  # expect: TGS104
        print(name)


async def stored_and_cleared():
    global current
    async with guarded_client("k", API_ID, API_HASH) as client:
        current = client
        try:
            await client.get_me()
        finally:
            current = None


async def stored_until_it_fails():
    global current
    async with guarded_client("l", API_ID, API_HASH) as client:
        current = client  # expect: TGS104
        while True:
            await client.get_me()


async def stored_after():
    global current
    async with guarded_client("m", API_ID, API_HASH) as client:
        await client.get_me()
    current = client  # expect: TGS104


async def stored_by_a_function():
    async with guarded_client("n", API_ID, API_HASH) as client:
        keeping.remember(client)  # expect: TGS104


async def returns_nothing_of_it(name):
    async with guarded_client("o", API_ID, API_HASH) as client:
        if name is None:
            return
        await client.get_me()


async def returned_in_an_object():
    async with guarded_client("p", API_ID, API_HASH) as client:
        return keeping.Kept(client)  # expect: TGS104


async def its_disconnect_is_returned():
    async with guarded_client("q", API_ID, API_HASH) as client:
        return client.disconnect


async def asked_after_what_is_free():
    async with guarded_client("r", API_ID, API_HASH) as client:
        kept = keeping.Kept(client)
        stop = client.disconnect
    print(kept.name, client.disconnected)
    await stop()
    await client.disconnect()


async def called_after():
    async with guarded_client("s", API_ID, API_HASH) as client:
        request = keeping.request()
    await client(request)  # expect: TGS104


async def entered_after():
    async with guarded_client("t", API_ID, API_HASH) as client:
        await client.get_me()
    async with client:  # expect: TGS104
        print("without a claim")


async def given_in_a_list_then_used():
    async with guarded_client("u", API_ID, API_HASH) as client:
        keeping.all_of([client])
    await client.get_me()  # expect: TGS104


async def given_in_a_list_then_used_when_that_fails():
    try:
        async with guarded_client("v", API_ID, API_HASH) as client:
            keeping.all_of([client])
            return
    except ValueError:
        await client.get_me()  # expect: TGS104


async def given_in_a_list_and_stored_when_that_fails():
    global current
    async with guarded_client("x", API_ID, API_HASH) as client:
        try:
            keeping.all_of([client])
        except ValueError:
            current = client  # expect: TGS104


async def one_of_the_guard_then_another():
    async with guarded_client("w", API_ID, API_HASH) as client:
        await client.get_me()
    keeping.give_away(client)  # expect: TGS104
    client = TelegramClient("w", API_ID, API_HASH)  # expect: TGS101
    await client.connect()
    await client.disconnect()
    keeping.give_away(client)
    await client.connect()
