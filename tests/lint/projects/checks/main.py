"""The class is asked about, patched or compared, never called. Silent."""
import inspect
from functools import singledispatch

import telethon
from telethon import TelegramClient


def is_client(thing):
    return isinstance(thing, TelegramClient) or isinstance(thing, (str, telethon.TelegramClient))


def is_kind(kind):
    return issubclass(kind, TelegramClient) or kind is TelegramClient or kind == TelegramClient


def kind_of(thing):
    match thing:
        case TelegramClient():
            return "client"
        case _:
            return "thing"


@singledispatch
def describe(thing):
    return repr(thing)


@describe.register(TelegramClient)
def describe_client(client):
    return client.session.filename


def options():
    signature = inspect.signature(TelegramClient)
    return signature, TelegramClient.__name__, TelegramClient.__init__.__doc__, dir(TelegramClient)


def method(name):
    return getattr(TelegramClient, name), hasattr(TelegramClient, name), vars(TelegramClient)


original = TelegramClient.send_message


async def logged(self, *args, **kwargs):
    print(args)
    return await original(self, *args, **kwargs)


TelegramClient.send_message = logged
setattr(TelegramClient, "send_message", logged)


async def by_class(client):
    return await TelegramClient.send_message(client, "me", "up")
