"""A context manager of the project that enters the guard."""
from contextlib import asynccontextmanager

import acme_settings
from acme_settings import API_HASH, API_ID
from tgsession_runtime import guarded_client


@asynccontextmanager
async def session(name):
    async with guarded_client(name, API_ID, API_HASH) as client:
        yield client


def remember(client):
    global last
    last = client


def all_of(clients):
    return [client.session for client in clients]


def give_away(client):
    acme_settings.take(client)


def request():
    return acme_settings.request()


class Kept:
    name = "kept"

    def __init__(self, client):
        self.client = client


last = None
