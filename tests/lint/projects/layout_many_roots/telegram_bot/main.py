"""Run inside its folder: `client` is the module beside it."""
from client import Client, make


async def main():
    client = make()
    await client.connect()
    client.disconnect()  # expect: TGS202
    return Client("again", 1, "hash")  # expect: TGS101
