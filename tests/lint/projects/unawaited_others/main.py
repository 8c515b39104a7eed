"""Databases, sockets, senders, wrappers, signals: their `disconnect` is their own. Silent."""
import socketio
from acme_database import database
from django.db.models.signals import post_save
from telethon import TelegramClient
from telethon.network import MTProtoSender


class Manager:
    def __init__(self, client: TelegramClient):
        self.client = client

    async def disconnect(self):
        await self.client.disconnect()


async def main(sender: MTProtoSender, manager: Manager, websocket):
    database.disconnect()
    sender.disconnect()
    manager.disconnect()
    websocket.disconnect()
    socketio.AsyncClient().disconnect()
    post_save.disconnect(main)


async def inner(client: TelegramClient):
    client._sender.disconnect()
    client.session.disconnect()
