"""Two hops from the guard; one call forgets to enter."""
from app import guard, open_client


async def good():
    async with guard("a") as client, open_client() as other:
        await client.send_message("me", (await other.get_me()).username)


async def bad():
    client = guard("b")  # expect: TGS102
    await client.send_message("me", "up")


async def bad_partial():
    open_client()  # expect: TGS102
