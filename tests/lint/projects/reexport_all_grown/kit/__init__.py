"""Stars upon stars."""
from . import base
from .base import *
from .extra import *

__all__ = base.__all__ + ["User", "helper"]
__all__ += ["Worker"]


def helper():
    """Not a client."""
