"""The manager builds the client when the service starts."""
from telethon import TelegramClient


class Telegram:
    def __init__(self, settings):
        self.settings = settings
        self.client: TelegramClient | None = None

    async def start(self):
        self.client = TelegramClient("service", 1, "hash")  # expect: TGS101
        await self.client.connect()

    async def stop(self):
        if self.client:
            self.client.disconnect()  # expect: TGS202
