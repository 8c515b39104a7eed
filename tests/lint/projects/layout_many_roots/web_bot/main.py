"""The same lines, another `client`. Silent."""
from client import Client, make


async def main():
    client = make()
    client.disconnect()
    return Client("again")
