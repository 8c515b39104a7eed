"""The subclass is a constructing reference; the factory constructs in its own file."""
from typing import Annotated

from fastapi import Depends
from tg import Client, get_client


async def direct(client=Depends(Client)):  # expect: TGS101
    return await client.get_me()


async def by_factory(client=Depends(get_client)):
    return await client.get_me()


async def annotated(client: Annotated[Client, Depends(get_client)]):
    return await client.get_me()
