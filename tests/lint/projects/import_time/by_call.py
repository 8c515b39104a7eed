"""A function that the module calls while it is imported: where to report that is open (maybe)."""
from settings import Client


def make():
    return Client("made", 1, "hash")  # expect: TGS101  # maybe: TGS301


client = make()  # maybe: TGS301
