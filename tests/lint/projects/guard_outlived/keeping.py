"""A context manager of the project that enters the guard."""
from contextlib import asynccontextmanager

from acme_settings import API_HASH, API_ID
from tgsession_runtime import guarded_client


@asynccontextmanager
async def session(name):
    async with guarded_client(name, API_ID, API_HASH) as client:
        yield client
