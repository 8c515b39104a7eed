"""The project's own decorator around `client.on`."""
from telethon import events

from userbot import bot


def register(**args):
    def decorator(func):
        bot.add_event_handler(func, events.NewMessage(**args))
        return func

    return decorator
