"""The life of a client on every path through the code that built it."""

from tgsession_lint.life.lives import Ending, Lives

__all__ = ["Ending", "Lives"]
