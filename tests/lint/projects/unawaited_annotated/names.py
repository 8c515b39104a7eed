from telethon import TelegramClient

Client = TelegramClient
MaybeClient = TelegramClient | None
