"""Splats, chains, conditions, arguments, f-strings, decorators, `await`, `yield`, several lines."""
from acme_userbot import run
from telethon import TelegramClient


def splat(*args, **options):
    return TelegramClient(*args, **options)  # expect: TGS101


def argument():
    run(TelegramClient("a", 1, "hash"))  # expect: TGS101


def generator(names):
    for name in names:
        yield TelegramClient(name, 1, "hash")  # expect: TGS101


def many_lines(name):
    client = TelegramClient(  # expect: TGS101
        name,
        1,
        "hash",
    )
    return client


def chained(name):
    return (
        TelegramClient(name, 1, "hash")  # expect: TGS101
        .start()
    )


async def awaited():
    client = await TelegramClient("b", 1, "hash")  # expect: TGS101
    return client


def in_parts(name):
    clients = {}
    clients[name] = TelegramClient(name, 1, "hash")  # expect: TGS101
    setattr(run, "client", TelegramClient(name, 1, "hash"))  # expect: TGS101
    return clients or TelegramClient("c", 1, "hash")  # expect: TGS101


def text():
    return f"{TelegramClient('d', 1, 'hash')!r}"  # expect: TGS101


class Context:
    def __enter__(self):
        self.client = TelegramClient("e", 1, "hash")  # expect: TGS101
        return self.client.__enter__()
