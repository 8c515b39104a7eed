"""The guard guards the client it gives, not another one built meanwhile."""
from telethon import TelegramClient
from tgsession_runtime import guarded_client


async def main():
    async with guarded_client("a") as client:
        other = TelegramClient("b", 1, "hash")  # expect: TGS101
        async with other:
            await other.send_message("me", (await client.get_me()).username)
