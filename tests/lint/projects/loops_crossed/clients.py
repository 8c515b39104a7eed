"""The clients that the program shares."""
from telethon import TelegramClient

shared = TelegramClient("shared", 1, "hash")  # expect: TGS101 TGS301
