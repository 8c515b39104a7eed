"""What the partial makes is a client all the same."""
from factory import make


async def main():
    client = make("a")
    await client.connect()
    client.disconnect()  # expect: TGS202
