"""The facts about one module that rules ask for; each group is worked out when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tgsession_lint.facts import (
    closings,
    constructions,
    endings,
    files,
    guards,
    idioms,
    kills,
    logouts,
    loops,
    outliving,
    secrets,
    sessions,
)

if TYPE_CHECKING:
    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.facts.closings import Closing
    from tgsession_lint.facts.constructions import Construction
    from tgsession_lint.facts.endings import LeftOpen
    from tgsession_lint.facts.files import FileUse
    from tgsession_lint.facts.guards import GuardUse
    from tgsession_lint.facts.idioms import Idiom
    from tgsession_lint.facts.kills import Kill
    from tgsession_lint.facts.loops import Crossing
    from tgsession_lint.facts.outliving import Outliving
    from tgsession_lint.facts.secrets import Secret
    from tgsession_lint.facts.sessions import SessionUse
    from tgsession_lint.mentions import Mentions
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module


class Facts:
    """What is known about one module."""

    def __init__(self, module: Module, ask: Evaluator, mentions: Mentions) -> None:
        self.module = module
        self.ask = ask
        self.mentions = mentions

    @cached_property
    def constructions(self) -> tuple[Construction, ...]:
        """Where clients are built outside a guard."""
        return tuple(constructions.constructions(self.ask, self.module))

    @cached_property
    def left_open(self) -> tuple[LeftOpen, ...]:
        """Clients that some path leaves open."""
        return tuple(endings.left_open(self.ask, self.module, self.mentions, self.constructions))

    @cached_property
    def outliving(self) -> tuple[Outliving, ...]:
        """Where a guard's client goes past the guard's block."""
        return tuple(outliving.outliving(self.ask, self.module))

    @cached_property
    def crossings(self) -> tuple[Crossing, ...]:
        """Where one client is driven by a further event loop."""
        return tuple(loops.crossings(self.ask, self.module))

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

    @cached_property
    def logouts(self) -> tuple[Node, ...]:
        """Where `log_out` stands in the place of a disconnect."""
        return tuple(logouts.logouts(self.ask, self.module, self.closings))

    @cached_property
    def kills(self) -> tuple[Kill, ...]:
        """Where workers are killed so that they cannot disconnect."""
        return tuple(kills.kills(self.ask, self.module))

    @cached_property
    def secrets(self) -> tuple[Secret, ...]:
        """Session strings and api hashes in the source."""
        return tuple(secrets.secrets(self.ask, self.module))

    @cached_property
    def files(self) -> tuple[FileUse, ...]:
        """Where session files are handled like any file."""
        return tuple(files.file_uses(self.ask, self.module))

    @cached_property
    def shared_sessions(self) -> tuple[tuple[SessionUse, str], ...]:
        """In a test or debug script: its sessions that the application uses too, and the file where it does."""
        return tuple(sessions.shared(self.ask, self.module, self.mentions))
