from telethon import TelegramClient

client = TelegramClient("bot", 1, "hash")  # expect: TGS101 TGS301
