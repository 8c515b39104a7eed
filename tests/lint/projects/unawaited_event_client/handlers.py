"""A Telethon event's `client` is a client. Without a decorator in sight the event is unknown (maybe)."""
from acme_sockets import sockets
from bot import client
from telethon import events


@client.on(events.NewMessage(pattern="/stop"))
async def stop(event):
    await event.reply("bye")
    event.client.disconnect()  # expect: TGS202


@events.register(events.CallbackQuery)
async def pressed(event):
    event.client.disconnect()  # expect: TGS202


@client.on(events.NewMessage)
async def stop_well(event):
    await event.client.disconnect()


@client.on(events.NewMessage)
async def stop_by_message(event):
    event.message.client.disconnect()  # maybe: TGS202


async def annotated(event: events.NewMessage.Event):
    event.client.disconnect()  # maybe: TGS202


async def undecorated(event):
    event.client.disconnect()  # maybe: TGS202


@sockets.on("message")
async def other(event):
    event.client.disconnect()
