"""The names lead to a client: `disconnect` is Telethon's."""
import bot
from bot import client, user
from bot.shared import bot_client


async def by_name():
    client.disconnect()  # expect: TGS202


async def by_attribute():
    bot.client.disconnect()  # expect: TGS202


async def by_reexport():
    bot_client.disconnect()  # expect: TGS202


async def started():
    user.disconnect()  # expect: TGS202


async def right():
    await client.disconnect()
    await bot.user.disconnect()
