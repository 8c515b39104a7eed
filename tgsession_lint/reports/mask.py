"""Text -> the same text without what logs someone in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import Pattern

SECRETS = (
    r"[A-Za-z0-9_-]{200,}={0,2}",  # a session string: url-safe base64 of an auth key and an address
    r"[A-Za-z0-9+/_-]{300,}={0,2}",  # an auth key as hex or as plain base64
    r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Fa-f])",  # an api hash
    r"[0-9]+:[A-Za-z0-9_-]{35,}",  # a bot token
)
PIECES = r"[A-Za-z0-9+/_-]{16,}={0,2}"  # of a secret that is written over several lines


def mask(text: str, *, pieces: bool = False) -> str:
    """*text* with a star for each character of what looks like a secret, so that columns stay.

    With *pieces* any long run goes: for lines that are known to hold a secret, perhaps in parts.
    """
    return _pattern(pieces=pieces).sub(lambda found: "*" * len(found[0]), text)


@lru_cache
def _pattern(*, pieces: bool) -> Pattern[str]:
    import re

    return re.compile("|".join((*SECRETS, PIECES) if pieces else SECRETS))
