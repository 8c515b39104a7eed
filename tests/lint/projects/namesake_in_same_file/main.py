"""Building the wrapper is not building a client, and its `disconnect` is the wrapper's own. Silent."""
from wrapper import TelegramClient


async def main():
    client = TelegramClient("a")
    closing = client.disconnect()
    await closing


class Bigger(TelegramClient):
    """A subclass of the wrapper is no client either."""


def make():
    return Bigger("b")
