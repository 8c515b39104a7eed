"""The attribute is a client; `database` is not."""
from acme_database import Database
from base import Base
from telethon import TelegramClient


class Service:
    def __init__(self, client: TelegramClient, database: Database):
        self.given = client
        self.database = database
        self.spare: TelegramClient | None = None

    async def stop(self):
        self.given.disconnect()  # expect: TGS202
        self.database.disconnect()
        if self.spare:
            self.spare.disconnect()  # expect: TGS202


class Child(Base):
    async def stop(self):
        self.client.disconnect()  # expect: TGS202
        self.shared.disconnect()  # expect: TGS202

    async def stop_well(self):
        await self.client.disconnect()
