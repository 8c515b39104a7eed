from telethon import TelegramClient


class Wrapper:
    def __init__(self, client: TelegramClient):
        self.client = client

    async def disconnect(self):
        await self.client.disconnect()

    def close(self):
        print("closed")
