"""The application's sessions: a literal and a constant."""
from app.settings import SESSION
from telethon import TelegramClient
from tgsession_runtime import guarded_client


def make():
    return TelegramClient("alerts", 1, "hash")  # expect: TGS101


async def run():
    async with guarded_client(SESSION) as client:
        await client.run_until_disconnected()
