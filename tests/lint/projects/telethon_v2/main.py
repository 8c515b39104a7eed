"""In Telethon 2 the class is `telethon.Client`; its `disconnect()` is a coroutine, dropped here."""
import telethon
from acme_settings import API_HASH, API_ID
from telethon import Client


async def main():
    async with Client("a", API_ID, API_HASH) as client:  # expect: TGS101
        print(await client.get_me())


async def by_attribute():
    client = telethon.Client("b", API_ID, API_HASH)  # expect: TGS101 TGS201
    await client.connect()
    client.disconnect()  # expect: TGS202
