"""The attribute of an object, from outside: it takes the object's class to know (maybe)."""
from service import Child


async def main():
    child = Child("a")
    child.client.disconnect()  # maybe: TGS202
