"""An annotation that leads to the class makes the name a client, `Optional` and quotes included."""
from typing import Annotated, Optional, Union

import telethon
from names import Client, MaybeClient
from telethon import TelegramClient


async def plain(client: TelegramClient):
    client.disconnect()  # expect: TGS202


async def dotted(client: telethon.TelegramClient):
    client.disconnect()  # expect: TGS202


async def quoted(client: "TelegramClient"):
    client.disconnect()  # expect: TGS202


async def optional(client: Optional[TelegramClient] = None):
    if client:
        client.disconnect()  # expect: TGS202


async def union(client: Union[None, TelegramClient]):
    if client:
        client.disconnect()  # expect: TGS202


async def bar(client: TelegramClient | None):
    if client is not None:
        client.disconnect()  # expect: TGS202


async def quoted_bar(client: "TelegramClient | None"):
    if client:
        client.disconnect()  # expect: TGS202


async def annotated(client: Annotated[TelegramClient, "main"]):
    client.disconnect()  # expect: TGS202


async def aliased(client: Client):
    client.disconnect()  # expect: TGS202


async def aliased_union(client: MaybeClient):
    if client:
        client.disconnect()  # expect: TGS202


async def keyword(*, client: TelegramClient):
    client.disconnect()  # expect: TGS202


async def variable(state):
    client: TelegramClient = state["client"]
    client.disconnect()  # expect: TGS202


async def unannotated(client):
    client.disconnect()


async def other(client: str):
    client.disconnect()
