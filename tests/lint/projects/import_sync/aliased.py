"""`import a.b as c` binds the submodule."""
import telethon.sync as tg
from acme_settings import API_HASH, API_ID


def send():
    with tg.TelegramClient("aliased", API_ID, API_HASH) as client:  # expect: TGS101
        client.send_message("me", "up")
