"""The claim under which a command touches a session file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tgsession_runtime.claim import contend
from tgsession_runtime.lease_settings import leasing_of
from tgsession_runtime.pause import wait_for
from tgsession_runtime.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_runtime.claim import Claim
    from tgsession_runtime.config import Settings
    from tgsession_runtime.session import SessionName


@contextmanager
def claimed(name: SessionName, settings: Settings, wait: float) -> Iterator[Claim]:
    """Hold the session *name*, with its lease where leases are kept, once it is free; *wait* for that, in seconds.

    Raises:
        SessionInUseError: it was not to be had in time.
    """
    claim = wait_for(contend(name, State(settings.state_dir), timeout=wait, leasing=leasing_of(settings)))
    try:
        yield claim
    finally:
        claim.release()
