"""Each hands the class to something that calls it: the reference is the place."""
import asyncio
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import starmap

import attr
from dependency_injector import containers, providers
from fastapi import Depends, FastAPI
from telethon import TelegramClient

app = FastAPI()


@app.get("/me")
async def me(client=Depends(TelegramClient)):  # expect: TGS101
    return (await client.get_me()).id


class Container(containers.DeclarativeContainer):
    client = providers.Singleton(TelegramClient, "a", 1, "hash")  # expect: TGS101
    fresh = providers.Factory(TelegramClient, session="b")  # expect: TGS101


@dataclass
class Service:
    client: TelegramClient = field(default_factory=TelegramClient)  # expect: TGS101


@attr.s
class OldService:
    client = attr.ib(factory=TelegramClient)  # expect: TGS101


async def in_thread(loop):
    first = await asyncio.to_thread(TelegramClient, "c", 1, "hash")  # expect: TGS101
    second = await loop.run_in_executor(None, TelegramClient, "d", 1, "hash")  # expect: TGS101
    return first, second


def many(names, rows):
    with ThreadPoolExecutor() as executor:
        future = executor.submit(TelegramClient, "e", 1, "hash")  # expect: TGS101
    by_map = list(map(TelegramClient, names))  # expect: TGS101
    by_starmap = list(starmap(TelegramClient, rows))  # expect: TGS101
    return future, by_map, by_starmap, defaultdict(TelegramClient)  # expect: TGS101


def unknown(container):
    return container.resolve(TelegramClient)  # maybe: TGS101
