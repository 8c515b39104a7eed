"""Four factories and one that makes something else."""
from functools import lru_cache

from acme_database import Database
from telethon import TelegramClient


def make(name):
    client = TelegramClient(name, 1, "hash")  # expect: TGS101
    client.parse_mode = "html"
    return client


async def connect(name):
    client = make(name)
    await client.connect()
    return client


def declared(state) -> TelegramClient:
    return state["client"]


@lru_cache
def cached():
    return make("cached")


def database(name):
    return Database(name)
