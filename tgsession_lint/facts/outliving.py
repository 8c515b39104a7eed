"""Where the client that a guard lends goes past the guard's block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.frozen import frozen
from tgsession_lint.life import Lives
from tgsession_lint.nodes import source_of
from tgsession_lint.values import Guarded, Later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module


@frozen
class Outliving:
    """One place where a client is used, returned or stored past its `guard`; `name` is what the block calls it."""

    node: Node
    name: str
    how: str
    guard: Node


def outliving(ask: Evaluator, module: Module) -> Iterator[Outliving]:
    """Every such place in *module*."""
    lives = ask.notes.setdefault("lives", Lives(ask))
    for statement in module.tree.withs:
        for item in statement.items:
            if item.asname is not None and _is_guard(ask, module, item.item):
                name = source_of(item.asname.name)
                for node, how in lives.outliving(module, item):
                    yield Outliving(node, name, how, item)


def _is_guard(ask: Evaluator, module: Module, node: Node) -> bool:
    values = ask.value(module, node)
    given = [v for value in values if isinstance(value, Later) for v in value.gives]
    return any(isinstance(value, Guarded) for value in (*values, *given))
