"""`opentele.tl` and `forgertele.tl` subclass Telethon's; a class-method that builds one is maybe."""
import opentele.tl
from acme_settings import API_HASH, API_ID
from forgertele.tl import TelegramClient as ForgerClient
from opentele.tl import TelegramClient


def make():
    return TelegramClient("d", API_ID, API_HASH)  # expect: TGS101


def make_again():
    return ForgerClient("e", API_ID, API_HASH), opentele.tl.TelegramClient("f", API_ID, API_HASH)  # expect: TGS101


async def converted(desktop):
    return await TelegramClient.FromTDesktop(desktop, "g")  # maybe: TGS101
