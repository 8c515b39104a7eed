"""Targets -> the files that may matter, with nothing imported that a clean run does not need."""

from __future__ import annotations

import os

from tgsession_lint.discover import project_files
from tgsession_lint.mentions import FEW, NEEDLES, Mentions
from tgsession_lint.modules import Roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgsession_lint.discover import Discovery
    from tgsession_lint.exclusion import Settings


class Begun:
    """How far a run has come before anything is parsed: what was found, what is known, and what may matter."""

    def __init__(self, found: Discovery, known: Mentions, wanted: Sequence[str]) -> None:
        self.found = found
        self.known = known
        self.wanted = wanted
        self.candidates = may_matter(wanted, known)


def look(
    found: Discovery,
    settings: Settings,
    *,
    needles: Sequence[bytes] = NEEDLES,
    src: Sequence[str] = (),
    given: Mapping[str, bytes] | None = None,
) -> Begun:
    """Look at the bytes of the files that were *found*; *given* are contents that are not on disk."""
    given = given or {}

    def everything() -> list[str]:
        return [*project_files(settings, found.listed), *found.files, *given]

    known = Mentions(needles, Roots(os.fspath(settings.root), src), everything, given, found.ahead)
    return Begun(found, known, list(dict.fromkeys([*found.files, *given])))


def may_matter(wanted: Sequence[str], known: Mentions) -> list[str]:
    """The files that bytes alone do not rule out: each followed through its imports, or all searched at once."""
    if len(wanted) <= FEW:
        return [path for path in wanted if known.relevant(path) or known.hinted(path)]
    if not known.any_seed():
        return []
    known.follow()
    return list(wanted)
