"""A relative import means the module beside this one."""
from . import telethon
from .telethon import TelegramClient


async def main():
    client = telethon.make()
    await client.connect()
    client.disconnect()  # expect: TGS202
    return TelegramClient("b", 1, "hash")  # expect: TGS101
