"""A configured guard is entered like ours."""
from app.tg import session, unnamed


async def good():
    async with session("a") as client, unnamed("b") as other:
        await client.send_message("me", (await other.get_me()).username)


async def bad():
    client = session("c")  # expect: TGS102
    await client.send_message("me", "up")
