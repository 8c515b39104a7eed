"""The `type` statement of Python 3.12. Silent."""
from telethon import TelegramClient

type Client = TelegramClient | None
type Clients[T: TelegramClient] = list[T]


def first[T: TelegramClient](clients: list[T]) -> T:
    return clients[0]
