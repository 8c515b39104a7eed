"""Kept in a container, yielded, or handed to code out of sight, which may enter it (maybe)."""
from acme_tasks import run_with
from tgsession_runtime import guarded_client


def to_library():
    run_with(guarded_client("a"))  # maybe: TGS102


async def local_helper():
    await use(guarded_client("b"))


async def use(guard):
    async with guard as client:
        await client.send_message("me", "up")


async def in_list(names):
    guards = [guarded_client(name) for name in names]  # maybe: TGS102
    for guard in guards:
        async with guard as client:
            await client.send_message("me", "up")


def generator(names):
    for name in names:
        yield guarded_client(name)
