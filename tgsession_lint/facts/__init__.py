"""The facts about one module that rules ask for; each group is worked out when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tgsession_lint.facts import closings, constructions, guards, idioms

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.facts.closings import Closing
    from tgsession_lint.facts.constructions import Construction
    from tgsession_lint.facts.guards import GuardUse
    from tgsession_lint.facts.idioms import Idiom
    from tgsession_lint.project import Module


class Facts:
    """What is known about one module."""

    def __init__(self, module: Module, ask: Evaluator) -> None:
        self.module = module
        self.ask = ask

    @cached_property
    def constructions(self) -> tuple[Construction, ...]:
        """Where clients are built outside a guard."""
        return tuple(constructions.constructions(self.ask, self.module))

    @cached_property
    def guards(self) -> tuple[GuardUse, ...]:
        """Where guards are called."""
        return tuple(guards.guard_uses(self.ask, self.module))

    @cached_property
    def closings(self) -> tuple[Closing, ...]:
        """Where clients are disconnected or logged out."""
        return tuple(closings.closings(self.ask, self.module))

    @cached_property
    def idioms(self) -> tuple[Idiom, ...]:
        """Where something looks like a disconnect and is none."""
        return tuple(idioms.idioms(self.ask, self.module))
