"""Other modules see the module's last word."""
from main import TelegramClient


def make():
    return TelegramClient("https://bot.example")
