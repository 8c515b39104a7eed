"""An import under a condition is an import; one under `TYPE_CHECKING` serves annotations only."""
import sys
from typing import TYPE_CHECKING

from acme_settings import API_HASH, API_ID, SYNC

if sys.version_info >= (3, 11):
    from telethon import TelegramClient
else:
    from hikkatl import TelegramClient

if SYNC:
    import telethon.sync as tl
else:
    import telethon as tl

if TYPE_CHECKING:
    from telethon import TelegramClient as Client


def make() -> "Client":
    return TelegramClient("a", API_ID, API_HASH)  # expect: TGS101


def make_again():
    return tl.TelegramClient("b", API_ID, API_HASH)  # expect: TGS101


async def stop(client: "Client"):
    client.disconnect()  # expect: TGS202
