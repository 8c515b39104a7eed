"""Entered: fine. Not entered: like the guard itself."""
import tg
from tg import alerts, alerts_sync


async def good():
    async with alerts() as client, tg.nested() as other:
        await client.send_message("me", (await other.get_me()).username)


def good_sync():
    with alerts_sync() as client:
        client.send_message("me", "up")


async def bad():
    alerts()  # expect: TGS102


async def bad_nested():
    client = tg.nested()  # expect: TGS102
    await client.send_message("me", "up")


async def bad_sync():
    with alerts_sync() as client:  # expect: TGS103
        await client.send_message("me", "up")


async def stop():
    async with alerts() as client:
        client.disconnect()  # expect: TGS202
