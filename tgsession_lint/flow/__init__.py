"""Function or module -> every way through it, exceptions and cancellation included; knows Python, nothing of Telegram."""

from tgsession_lint.flow.points import Flow, Point
from tgsession_lint.flow.statements import flow_of

__all__ = ["Flow", "Point", "flow_of"]
