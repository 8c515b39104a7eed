"""A debug script beside the workers, on their session."""

from app.client import API_HASH, API_ID
from telethon.sync import TelegramClient

if __name__ == "__main__":
    with TelegramClient("archive", API_ID, API_HASH) as client:
        print(client.get_me())
