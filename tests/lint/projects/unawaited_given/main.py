"""A parameter says nothing of itself: what the module's own calls give for it is what it is."""
from acme_sockets import Sockets
from telethon import TelegramClient


async def close(client):
    client.disconnect()  # expect: TGS202


async def close_later(client):
    await close(client=client)


async def close_quietly(name, client=None):
    try:
        client.disconnect()  # expect: TGS202
    except ConnectionError:
        print(name)


async def close_all(clients):
    for client in clients:
        client.disconnect()  # expect: TGS202


async def close_awaited(client):
    await client.disconnect()


def close_plainly(client):
    client.disconnect()


async def close_socket(socket):
    socket.disconnect()


async def close_nobody(client):
    client.disconnect()


async def close_pair(pair):
    name, client = pair
    client.disconnect()
    return name


async def close_annotated(client: Sockets):
    client.disconnect()


class Service:
    async def stop(self, client):
        client.disconnect()  # expect: TGS202

    async def stop_socket(self, client):
        client.disconnect()

    async def run(self):
        async with TelegramClient("service", 1, "hash") as client:  # expect: TGS101
            await self.stop(client)
            await self.stop_socket(Sockets())


async def main(names):
    async with TelegramClient("main", 1, "hash") as client:  # expect: TGS101
        await close_later(client)
        await close_quietly("main", client)
        await close_awaited(client)
        await close_annotated(client)
        close_plainly(client)
    clients = [TelegramClient(name, 1, "hash") for name in names]  # expect: TGS101
    await close_all(clients)
    await close_socket(Sockets())
    await close_pair(("a", clients))
