"""Whether a handler takes an exception: surely, perhaps or never."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Callable

    Naming: TypeAlias = Callable[[Any], frozenset[str]]
    """Expression -> the full names of what it can stand for outside the project."""

SURELY, PERHAPS, NEVER = "surely", "perhaps", "never"

Raised: TypeAlias = "type[BaseException] | None"
"""The class of an exception; None stands for any, a cancellation and a group included."""


class CancelledError(BaseException):
    """Stands for asyncio's, which is no descendant of `Exception` (Python 3.8, "asyncio.CancelledError")."""


_KINDS: dict[str, type[BaseException]] = {
    f"builtins.{name}": kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and "Group" not in name
} | {"asyncio.CancelledError": CancelledError}


def takes(caught: Any, raised: Raised, named: Naming) -> str:
    """How surely `except CAUGHT` takes what is *raised*."""
    if caught is None:
        return SURELY
    parts = [element.value for element in caught.elements] if isinstance(caught, cst.Tuple) else [caught]
    kinds = [raised_kind(part, named) for part in parts]
    if any(kind is not None and issubclass(raised or BaseException, kind) for kind in kinds):
        return SURELY
    return PERHAPS if raised is None or None in kinds else NEVER


def raised_kind(exception: Any, named: Naming) -> Raised:
    """The class that `raise EXCEPTION` raises, where its name is a builtin's or asyncio's, and its own."""
    target = exception.func if isinstance(exception, cst.Call) else exception
    last = target.attr if isinstance(target, cst.Attribute) else target
    if not isinstance(last, cst.Name):
        return None
    full = f"asyncio.{last.value}" if last.value == "CancelledError" else f"builtins.{last.value}"
    return _KINDS.get(full) if named(target) == {full} else None
