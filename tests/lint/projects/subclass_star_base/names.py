from telethon import TelegramClient, events
