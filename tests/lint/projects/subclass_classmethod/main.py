"""The class method's caller constructs nothing itself, yet what it gets is a client."""
from acme_settings import settings
from bot import Bot, Registry


async def main():
    registry = Registry.empty()
    client = Bot.from_settings(settings)  # maybe: TGS101
    await client.connect()
    print(registry)
    client.disconnect()  # expect: TGS202
