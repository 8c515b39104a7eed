from telethon.sync import TelegramClient

client = TelegramClient("tasks", 1, "hash")  # expect: TGS101 TGS301
