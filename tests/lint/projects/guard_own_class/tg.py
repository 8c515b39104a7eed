"""Keeps the guard on itself and enters it in `__aenter__`."""
from tgsession_runtime import guarded_client


class Alerts:
    def __init__(self, name):
        self._guard = guarded_client(name)

    async def __aenter__(self):
        return await self._guard.__aenter__()

    async def __aexit__(self, *exc):
        return await self._guard.__aexit__(*exc)


class Lazy:
    """Makes the guard as it enters."""

    async def __aenter__(self):
        self._guard = guarded_client("lazy")
        self.client = await self._guard.__aenter__()
        return self

    async def __aexit__(self, *exc):
        await self._guard.__aexit__(*exc)
