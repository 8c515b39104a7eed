"""Whether a handler takes an exception: surely, perhaps or never."""

from __future__ import annotations

import builtins
from typing import Any

import libcst as cst

SURELY, PERHAPS, NEVER = "surely", "perhaps", "never"
# Made by asyncio and no descendant of `Exception` (Python 3.8, "asyncio.CancelledError").
_CANCELLATION = "CancelledError"


def takes(caught: Any, raised: str | None) -> str:
    """How surely `except CAUGHT` takes the exception called *raised*; None stands for any, a cancellation included."""
    names = _names(caught)
    if caught is None or "BaseException" in names or (raised is not None and raised in names):
        return SURELY
    if raised == _CANCELLATION:
        return NEVER if all(_builtin(name) for name in names) else PERHAPS
    kind = _builtin(raised)
    if kind is None:
        return PERHAPS
    known = [_builtin(name) for name in names]
    if any(other is not None and issubclass(kind, other) for other in known):
        return SURELY
    return PERHAPS if None in known else NEVER


def raised_name(exception: Any) -> str | None:
    """The name of the class that `raise EXCEPTION` raises, where it is a builtin or asyncio's cancellation."""
    target = exception.func if isinstance(exception, cst.Call) else exception
    name = _last(target)
    return name if name == _CANCELLATION or _builtin(name) is not None else None


def _names(caught: Any) -> list[str | None]:
    if isinstance(caught, cst.Tuple):
        return [_last(element.value) for element in caught.elements]
    return [_last(caught)]


def _last(node: Any) -> str | None:
    if isinstance(node, cst.Attribute):
        return str(node.attr.value)
    return node.value if isinstance(node, cst.Name) else None


def _builtin(name: str | None) -> type[BaseException] | None:
    kind = getattr(builtins, name, None) if name is not None else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseException) else None
