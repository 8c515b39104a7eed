"""`start` enters what `__init__` made, by hand or on a stack. Silent."""
from contextlib import AsyncExitStack

from tgsession_runtime import guarded_client


class Service:
    def __init__(self):
        self._guard = guarded_client("service")
        self.client = None

    async def start(self):
        self.client = await self._guard.__aenter__()

    async def stop(self):
        await self._guard.__aexit__(None, None, None)


class StackService:
    def __init__(self):
        self.guard = guarded_client("stack")
        self.stack = AsyncExitStack()

    async def start(self):
        self.client = await self.stack.enter_async_context(self.guard)
