"""A container of clients gives clients: by index, by key, in loops and comprehensions."""
from acme_database import databases
from telethon import TelegramClient


async def made(names):
    clients = [TelegramClient(name, 1, "hash") for name in names]  # expect: TGS101
    for client in clients:
        await client.connect()
    clients[0].disconnect()  # expect: TGS202
    for client in clients:
        client.disconnect()  # expect: TGS202


async def by_key(names):
    clients = {name: TelegramClient(name, 1, "hash") for name in names}  # expect: TGS101
    clients["main"].disconnect()  # expect: TGS202
    for client in clients.values():
        client.disconnect()  # expect: TGS202
    for name, client in clients.items():
        print(name)
        client.disconnect()  # expect: TGS202


async def annotated(clients: list[TelegramClient], registry: dict[str, TelegramClient]):
    for client in clients:
        client.disconnect()  # expect: TGS202
    registry["main"].disconnect()  # expect: TGS202
    for number, client in enumerate(clients):
        print(number)
        client.disconnect()  # maybe: TGS202


async def others():
    for database in databases:
        database.disconnect()
