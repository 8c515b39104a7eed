"""One client for everybody: built when the module is imported."""

import os

from telethon import TelegramClient

API_ID = int(os.environ.get("TG_API_ID", "1"))
API_HASH = os.environ.get("TG_API_HASH", "")

client = TelegramClient("archive", API_ID, API_HASH)


class Archiver(TelegramClient):
    """A client of our own."""

    async def newest(self, chat: str) -> str:
        messages = await self.get_messages(chat, limit=1)
        return messages[0].text
