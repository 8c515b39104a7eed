from left import Client
from left import *


class Child(Client):
    """A subclass of nothing known."""


class Loop(Loop):
    """A subclass of itself, which is nothing either."""


def make():
    return Child("b", 1, "hash"), Loop("c")
