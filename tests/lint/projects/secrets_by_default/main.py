"""An api hash as a setting's default, in a wrapper, in a module of settings that never names Telethon."""
from settings import Settings
from telethon import TelegramClient


def make(settings: Settings):
    return TelegramClient("a", 1, settings.api_hash)  # expect: TGS101
