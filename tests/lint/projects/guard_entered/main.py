"""`with`, `async with`, several in one, a name entered later, a choice of two. Silent."""
import asyncio
from contextlib import nullcontext

import tgsession_runtime
from tgsession_runtime import guarded_client
from tgsession_runtime import guarded_client as guarded
from telethon import TelegramClient


class Client(TelegramClient):
    """Ours; the guard builds it."""


def plain():
    with guarded_client() as client:
        client.send_message("me", "up")


async def main():
    async with guarded("a", 1, "hash") as client:
        await client.send_message("me", "up")
    async with tgsession_runtime.guarded_client("b", 1, "hash", client_class=Client) as client:
        await client.send_message("me", "up")
    async with asyncio.timeout(5), guarded_client("c") as source, guarded_client("d") as target:
        await target.send_message("me", (await source.get_me()).username)
    guard = guarded_client("e", client_class=TelegramClient)
    async with guard as client:
        await client.send_message("me", "up")


async def maybe_shared(shared=None):
    async with nullcontext(shared) if shared else guarded_client("f") as client:
        await client.send_message("me", "up")


async def chosen(fast):
    if fast:
        guard = guarded_client("g")
    else:
        guard = guarded_client("h", lock_timeout=1.0)
    async with guard:
        pass
