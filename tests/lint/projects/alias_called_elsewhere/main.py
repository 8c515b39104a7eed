from compat import Client


def make():
    return Client("a", 1, "hash")  # expect: TGS101
