"""Each count of dots leads to the same class."""
from acme_settings import API_HASH, API_ID

from .. import Client
from ... import core
from ...core import TelegramClient, make
from . import names


def every_way():
    yield Client("a", API_ID, API_HASH)  # expect: TGS101
    yield core.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101
    yield TelegramClient("c", API_ID, API_HASH)  # expect: TGS101
    yield names.Client("d", API_ID, API_HASH)  # expect: TGS101


async def stop():
    client = make("e")
    await client.connect()
    client.disconnect()  # expect: TGS202
