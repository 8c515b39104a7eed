"""What a stack enters is entered. Silent; the synchronous form on a stack in a coroutine is maybe."""
import contextlib
from contextlib import AsyncExitStack, ExitStack

from tgsession_runtime import guarded_client


async def one():
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(guarded_client("a"))
        await client.send_message("me", "up")


async def many(names):
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(guarded_client(name)) for name in names]
        guard = guarded_client("b")
        last = await stack.enter_async_context(guard)
        return len([*clients, last])


def plain():
    with ExitStack() as stack:
        client = stack.enter_context(guarded_client("c"))
        client.send_message("me", "up")


async def blocking():
    with ExitStack() as stack:
        client = stack.enter_context(guarded_client("d"))  # maybe: TGS103
        await client.send_message("me", "up")
