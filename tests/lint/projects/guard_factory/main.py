"""The callers enter, but for one: whether the factory's call counts as the guard's is open (maybe)."""
import tg
from tg import alerts


async def good():
    async with alerts() as client, tg.either(True) as other, tg.make("made") as third:
        await client.send_message("me", f"{other} {third}")


async def bad():
    client = alerts()  # maybe: TGS102
    await client.send_message("me", "up")
