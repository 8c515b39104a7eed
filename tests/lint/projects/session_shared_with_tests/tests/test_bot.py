"""The tests would log the application out of its own session; a name of their own is fine."""
from telethon import TelegramClient
from tgsession_runtime import guarded_client


def test_same_session():
    client = TelegramClient("alerts", 1, "hash")  # expect: TGS101 TGS303
    assert client


async def test_same_constant():
    async with guarded_client("production") as client:  # maybe: TGS303
        assert client


def test_own_session():
    client = TelegramClient("alerts-test", 1, "hash")  # expect: TGS101
    assert client
