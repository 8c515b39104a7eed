from tg import Alerts, Lazy


async def main():
    async with Alerts("a") as client, Lazy() as lazy:
        await client.send_message("me", (await lazy.client.get_me()).username)
