"""The dotted path leads through folders only."""
import acme.bots.core
from acme.bots import core
from acme.bots.core import Bot


def make():
    yield Bot("b", 1, "hash")  # expect: TGS101
    yield core.Bot("c", 1, "hash")  # expect: TGS101
    yield acme.bots.core.Bot("d", 1, "hash")  # expect: TGS101
