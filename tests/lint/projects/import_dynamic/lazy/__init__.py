"""Loads its parts on demand; type checkers are told the truth."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import Bot

__all__ = ["Bot"]


def __getattr__(name):
    if name == "Bot":
        from .client import Bot

        return Bot
    raise AttributeError(name)
