"""With a stand-in on the other side a call may mean either; with Telethon installed it is the client (maybe)."""
try:
    from telethon import TelegramClient
except ImportError:

    class TelegramClient:
        """Tells that the library is missing."""

        def __init__(self, *args, **kwargs):
            raise RuntimeError("pip install telethon")


def make():
    return TelegramClient("b", 1, "hash")  # maybe: TGS101
