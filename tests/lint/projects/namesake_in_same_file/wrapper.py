"""The wrapper holds a client; the inner construction is the only one."""
from telethon import TelegramClient as TelethonClient


class TelegramClient:
    def __init__(self, name):
        self._client = TelethonClient(name, 1, "hash")  # expect: TGS101

    async def disconnect(self):
        await self._client.disconnect()
