"""The plain `with` blocks the loop. A plain function inside the coroutine, or around it, is another matter."""
from tgsession_runtime import guarded_client


async def bad():
    with guarded_client("a") as client:  # expect: TGS103
        await client.send_message("me", "up")


class Service:
    async def bad_method(self):
        with open("log") as log, guarded_client("b") as client:  # expect: TGS103
            log.write(str(client))

    def good_method(self):
        with guarded_client("c") as client:
            client.send_message("me", "up")


async def outer():
    def good():
        with guarded_client("d") as client:
            client.send_message("me", "up")

    return good


def around():
    async def bad_inner():
        with guarded_client("e") as client:  # expect: TGS103
            await client.send_message("me", "up")

    return bad_inner


async def stored():
    guard = guarded_client("f")  # maybe: TGS103
    with guard as client:  # maybe: TGS103
        await client.send_message("me", "up")
