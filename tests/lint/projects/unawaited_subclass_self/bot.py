"""In a subclass `self` is a client; in a plain class it is not."""
from base import Base


class Bot(Base):
    async def stop(self):
        self.disconnect()  # expect: TGS202

    async def stop_by_super(self):
        super().disconnect()  # expect: TGS202

    async def stop_well(self):
        await self.disconnect()

    def stop_plain(self):
        self.disconnect()

    def stop_handed(self):
        return super().disconnect()


class Plain:
    async def stop(self):
        self.disconnect()

    def disconnect(self):
        print("bye")
