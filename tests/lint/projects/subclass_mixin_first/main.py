"""Constructions of the four."""
from bots import Bot, Plugin, Strict, Typed


def make():
    yield Bot("a", 1, "hash")  # expect: TGS101
    yield Strict("b", 1, "hash")  # expect: TGS101
    yield Typed("c", 1, "hash")  # expect: TGS101
    yield Typed[int]("d", 1, "hash")  # expect: TGS101
    yield Plugin()
