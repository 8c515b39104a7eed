"""The client, for everybody."""
from telethon import TelegramClient

client = TelegramClient("bot", 1, "hash")  # expect: TGS101 TGS301
user = TelegramClient("user", 1, "hash").start()  # expect: TGS101 TGS301
