"""A known fork, by module and by its `sync` module."""
import herokutl
from acme_settings import API_HASH, API_ID
from herokutl.sync import TelegramClient


async def stop():
    client = herokutl.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101 TGS201
    await client.connect()
    client.disconnect()  # expect: TGS202


def make():
    return TelegramClient("c", API_ID, API_HASH)  # expect: TGS101
