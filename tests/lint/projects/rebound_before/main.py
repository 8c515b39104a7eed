"""At module level the last assignment before the call counts. Silent."""
import acme_http
from telethon import TelegramClient, events

print(events.NewMessage)
TelegramClient = acme_http.TelegramClient


def make():
    return TelegramClient("https://bot.example")


bot = TelegramClient("https://bot.example")
