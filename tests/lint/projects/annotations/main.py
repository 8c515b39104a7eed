"""The class is only named in types. Silent."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple, NewType, Optional, Protocol, TypedDict, TypeVar, Union, cast

from telethon import TelegramClient

Client = TelegramClient | None
Maybe = Optional[TelegramClient]
Either = Union[TelegramClient, str]
UserClient = NewType("UserClient", TelegramClient)
C = TypeVar("C", bound=TelegramClient)
Factory = Callable[[str], TelegramClient]
current: ContextVar[TelegramClient] = ContextVar[TelegramClient]("current")
clients: dict[str, TelegramClient] = {}
queue = asyncio.Queue[TelegramClient]()


class Sends(Protocol):
    client: TelegramClient

    def open(self) -> TelegramClient: ...


class Row(NamedTuple):
    client: TelegramClient


class Options(TypedDict):
    client: TelegramClient


@dataclass
class Holder:
    client: TelegramClient
    spare: TelegramClient | None = None
    shared: ClassVar[Optional[TelegramClient]] = None


def first(clients: list[TelegramClient], *more: TelegramClient) -> Annotated[TelegramClient, "the first"]:
    chosen: TelegramClient = [*clients, *more][0]
    return cast(TelegramClient, chosen)


def same(client: C) -> C:
    return cast("TelegramClient", client)


async def each(make: Factory) -> AsyncIterator[TelegramClient]:
    yield make("a")
