"""Three namesakes, none of them Telethon's. Silent."""
import acme_http
from acme_bot_api import TelegramClient as ApiClient
from client import TelegramClient


async def main():
    client = TelegramClient("token")
    other = ApiClient("token")
    third = acme_http.TelegramClient("token")
    await client.send_message("me", "up")
    client.disconnect()
    other.disconnect()
    third.disconnect()
    await client.log_out()


notifier = TelegramClient("token")
