"""What they return is a client, after an `await` where it takes one."""
import factory
from factory import cached, connect, database, declared, make


async def main(state):
    first = make("a")
    first.disconnect()  # expect: TGS202
    second = await connect("b")
    second.disconnect()  # expect: TGS202
    third = declared(state)
    third.disconnect()  # expect: TGS202
    cached().disconnect()  # expect: TGS202
    factory.make("c").disconnect()  # expect: TGS202
    (await factory.connect("d")).disconnect()  # expect: TGS202
    store = database("e")
    store.disconnect()
