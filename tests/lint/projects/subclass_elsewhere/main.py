"""Constructing the subclass is constructing a client; nothing here says "telethon"."""
import bot
from bot import Bot, OldStyleBot


async def main():
    client = Bot("a")  # expect: TGS101 TGS201
    await client.connect()
    client.disconnect()  # expect: TGS202


def others():
    return OldStyleBot("b"), bot.OlderStyleBot("c")  # expect: TGS101
