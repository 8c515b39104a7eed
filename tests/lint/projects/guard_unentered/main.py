"""The guard is a context manager: called and not entered it guards nothing, and it is no client."""
from tgsession_runtime import guarded_client


async def dropped():
    guarded_client("a", 1, "hash")  # expect: TGS102


async def used_as_client():
    client = guarded_client("b", 1, "hash")  # expect: TGS102
    await client.connect()
    await client.send_message("me", "up")


async def awaited():
    client = await guarded_client("c", 1, "hash")  # expect: TGS102
    await client.send_message("me", "up")


client = guarded_client("d", 1, "hash")  # expect: TGS102  # maybe: TGS301
