"""`acmetl` is named in the configuration, `othertl` is not; Telethon itself stays known."""
import othertl
import telethon
from acme_settings import API_HASH, API_ID
from acmetl import TelegramClient
from acmetl.sync import TelegramClient as SyncClient


def make():
    yield TelegramClient("a", API_ID, API_HASH)  # expect: TGS101
    yield SyncClient("b", API_ID, API_HASH)  # expect: TGS101
    yield telethon.TelegramClient("c", API_ID, API_HASH)  # expect: TGS101
    yield othertl.TelegramClient("d", API_ID, API_HASH)
