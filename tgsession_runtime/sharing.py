"""`exclusive=False`: several readers of one session on one host, all by one address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_runtime.errors import EgressError
from tgsession_runtime.records import holders

if TYPE_CHECKING:
    from tgsession_runtime.claim import Claim
    from tgsession_runtime.state import State


def refuse_other_egress(claim: Claim, state: State) -> None:
    """Raise if an earlier holder goes out by another address than *claim*'s.

    Of two that come at the same moment the earlier stays: both have their records in place before either looks.

    Raises:
        EgressError: the two would be one key in use from two addresses.
    """
    mine = claim.holder
    for path in claim.paths:
        for other in holders(path, state.sharing(path)):
            earlier = (other.since, other.token) < (mine.since, mine.token)
            if other.token != mine.token and earlier and other.egress != mine.egress:
                raise EgressError(claim.name.label, mine.egress, other.egress)
