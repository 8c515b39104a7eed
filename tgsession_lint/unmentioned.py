"""Modules that mention no client: names are not followed through them, but their functions are read where one is called while a client is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.attributes import OF_PROJECT, bound_in
from tgsession_lint.values import External, union

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.values import Value, Values

# How many of them a name may be handed on by.
_MOST_HOPS = 5


def among(values: Values) -> bool:
    """Whether one of *values* is of such a module."""
    return any(isinstance(value, External) and value.name.startswith(OF_PROJECT) for value in values)


def followed(ask: Evaluator, values: Values, hops: int = _MOST_HOPS) -> Values:
    """*values* as they would be if names were followed everywhere."""
    if not hops or not among(values):
        return values
    return union(*(followed(ask, _followed(ask, value), hops - 1) for value in values))


def _followed(ask: Evaluator, value: Value) -> Values:
    if not isinstance(value, External) or not value.name.startswith(OF_PROJECT):
        return (value,)
    path, _, name = value.name.removeprefix(OF_PROJECT).rpartition(":")
    target = ask.project.parsed(path)
    return (bound_in(ask, target, name) if target is not None else ()) or (value,)
