"""The singleton's client is a client."""
from single import Single, get_client


async def main():
    get_client().disconnect()  # expect: TGS202
    client = get_client()
    await client.disconnect()
    Single.client.disconnect()  # maybe: TGS202
