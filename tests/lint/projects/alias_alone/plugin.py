"""A host program will call `CLIENT_FACTORY`: the only place to report is the reference."""
from telethon import TelegramClient

CLIENT_FACTORY = TelegramClient  # expect: TGS101
