"""`Client` is taken from `right`, which takes it from here: no class, no finding, no endless loop."""
import telethon
from right import Client
from right import *

print(telethon.__version__)


def make():
    return Client("a", 1, "hash")
