from ...core import TelegramClient as Client
