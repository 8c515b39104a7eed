"""And the subclass itself comes by star."""
from bot import *


def make():
    return Bot("a")  # expect: TGS101
