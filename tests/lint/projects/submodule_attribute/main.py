"""The dotted path is walked through the packages; the factory's client is a client."""
import app.tg.core
import app.tg.core as core
from acme_settings import API_HASH, API_ID


async def main():
    client = app.tg.core.make("a")
    await client.connect()
    client.disconnect()  # expect: TGS202
    other = app.tg.core.Client("b", API_ID, API_HASH)  # expect: TGS101
    await other.connect()
    await other.disconnect()
    third = core.make("c")
    await third.connect()
    third.disconnect()  # expect: TGS202
