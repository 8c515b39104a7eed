"""A client that some path leaves open -> the guarded block of `unguarded`; one opened without a block has no end of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.mending.unguarded import mend_with_end

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.facts.constructions import Construction
    from tgsession_lint.layout import Layout


def mend(facts: Facts, built: Construction, layout: Layout) -> Fix | NoFix:
    """The guarded block for the client that is *built*."""
    if built not in facts.constructions or not isinstance(built.node, cst.Call):
        return NoFix("the guard was opened without a block: disconnect in a `finally`, or enter the guard in a `with`")
    return mend_with_end(facts, built.node, layout)
