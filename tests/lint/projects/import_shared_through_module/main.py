"""The module travels as a name: `common.tg` is `telethon`."""
import common
from acme_settings import API_HASH, API_ID
from common import events, tg


def make():
    return tg.TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_again():
    return common.tg.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101


def trigger():
    return events.NewMessage(incoming=True)
