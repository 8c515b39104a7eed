"""Recognised by what they do: nobody names them in the configuration."""
from contextlib import asynccontextmanager, contextmanager

import contextlib as cl
from tgsession_runtime import guarded_client


@asynccontextmanager
async def alerts(name="alerts"):
    async with guarded_client(name) as client:
        await client.get_dialogs()
        yield client


@contextmanager
def alerts_sync():
    with guarded_client("alerts") as client:
        yield client


@cl.asynccontextmanager
async def nested():
    async with alerts("nested") as client:
        yield client
