"""The client of a guard, past the guard's block: used, returned, stored; and what only looks like it."""
from acme_settings import API_HASH, API_ID
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
