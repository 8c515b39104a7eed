"""How findings are mended: edits of the text, worked out from where the nodes stand, or the reason why there are none.

Edits, not a tree that is written out again: whatever no edit names keeps every byte, comments, quotes and line ends
included, and reports, editors and `--fix` all take the same thing. A file for each way, with `mend` as its entry.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_lint.facts import Facts
    from tgsession_lint.finding import Fix, NoFix
    from tgsession_lint.layout import Layout

    Mender: TypeAlias = Callable[[Layout], Fix | NoFix]


def later(way: str, facts: Facts, about: object) -> Mender:
    """What mends *about*, a fact of *facts*, in the *way* that the file of that name knows; loaded when it is asked."""
    return partial(_mend, way, facts, about)


def _mend(way: str, facts: Facts, about: object, layout: Layout) -> Fix | NoFix:
    from importlib import import_module

    found: Fix | NoFix = import_module(f"{__name__}.{way}").mend(facts, about, layout)
    return found
