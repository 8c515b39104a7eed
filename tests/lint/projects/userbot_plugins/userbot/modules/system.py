"""`bot` comes from two packages up, by name and by star."""
from userbot import *
from userbot.events import register


@register(outgoing=True, pattern="^.shutdown$")
async def shutdown(event):
    await event.edit("`Goodbye`")
    bot.disconnect()  # expect: TGS202


@register(outgoing=True, pattern="^.restart$")
async def restart(event):
    await event.edit("`Restarting`")
    await bot.disconnect()


@register(outgoing=True, pattern="^.quit$")
async def leave(event):
    event.client.disconnect()  # maybe: TGS202
