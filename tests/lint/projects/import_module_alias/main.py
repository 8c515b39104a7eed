"""An aliased module, and a name assigned from it: the chain leads to the class."""
import telethon as tg
from acme_settings import API_HASH, API_ID

library = tg


def make():
    return tg.TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_again():
    return library.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101


def parse(text):
    return tg.utils.parse_phone(text)
