"""Three classes lie between this call and Telethon."""
from leaf import Leaf


def make():
    return Leaf("a", 1, "hash")  # expect: TGS101
