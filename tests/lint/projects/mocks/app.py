from telethon import TelegramClient


async def send(client: TelegramClient, text):
    await client.send_message("me", text)
