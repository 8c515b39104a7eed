"""One log line an event, under the logger `tgsession`, with fields for machines in the record's `extra`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tgsession_runtime.session import SessionName

LOGGER = logging.getLogger("tgsession")


def event(level: int, name: str, session: SessionName, message: str, **fields: Any) -> None:
    """Log *message* about *session* as the event *name*.

    The record carries `event`, `session`, `key_id` and *fields* as attributes, durations in seconds. Nothing that is
    logged holds a secret: a session is named by its path or by its auth key id.
    """
    if LOGGER.isEnabledFor(level):
        extra = {"event": name, "session": session.label, "key_id": session.key_id_hex, **fields}
        LOGGER.log(level, "session `%s`: %s", session.label, message, extra=extra, stacklevel=2)
