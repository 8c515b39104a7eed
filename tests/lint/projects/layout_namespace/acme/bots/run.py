from .core import Bot


def relative():
    return Bot("a", 1, "hash")  # expect: TGS101
