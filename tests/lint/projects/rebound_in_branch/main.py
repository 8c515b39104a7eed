"""In one of two worlds the class is still the client: a finding or not (maybe)."""
import os

from acme_fakes import FakeClient
from telethon import TelegramClient

if os.environ.get("OFFLINE"):
    TelegramClient = FakeClient


def make():
    return TelegramClient("a", 1, "hash")  # maybe: TGS101
