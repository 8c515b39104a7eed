"""The classic: one client, made when the package is imported."""
import os

from telethon import TelegramClient
from telethon.sessions import StringSession

STRING = os.environ.get("STRING_SESSION")

if STRING:
    bot = TelegramClient(StringSession(STRING), 1, "hash")  # expect: TGS101 TGS301
else:
    bot = TelegramClient("userbot", 1, "hash")  # expect: TGS101 TGS301
