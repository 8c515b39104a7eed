"""`exclusive=False`: several readers of one session on one host, all by one address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_runtime.errors import EgressError
from tgsession_runtime.records import sharers

if TYPE_CHECKING:
    from tgsession_runtime.claim import Claim
    from tgsession_runtime.state import State


def refuse_other_egress(claim: Claim, state: State) -> None:
    """Raise if somebody who shares the session goes out by another address than *claim*'s.

    Each has its record in place before it looks: of two that come at the same moment at least one is refused.

    Raises:
        EgressError: the two would be one key in use from two addresses.
    """
    mine = claim.holder
    for path in claim.paths:
        for other in sharers(state.sharing(path)):
            if other.token != mine.token and other.egress != mine.egress:
                raise EgressError(claim.name.label, mine.egress, other.egress)
