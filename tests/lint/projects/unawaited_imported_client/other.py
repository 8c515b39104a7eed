"""Another `client`, which has nothing to do with Telethon. Silent."""
from acme_http import client


async def stop():
    client.disconnect()
