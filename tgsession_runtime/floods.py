"""Until when Telegram wants to be left alone, remembered: asking sooner only makes it longer."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import datetime, timezone
from hashlib import blake2b
from typing import TYPE_CHECKING

from tgsession_runtime.errors import FloodError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Floods:
    """What Telegram has said, for each account, in a file of its own."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock

    def refuse(self, account: str) -> None:
        """Raise if Telegram does not want to be asked about *account* yet.

        Raises:
            FloodError: until when.
        """
        try:
            until = float(json.loads(self._place(account).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return
        if until > self._clock():
            raise FloodError(_shown(until))

    def remember(self, account: str, seconds: int) -> FloodError:
        """Note that Telegram wants *seconds* of peace about *account*; the error that says so."""
        until = self._clock() + seconds
        with suppress(OSError):  # a full disk: what Telegram said matters more than that it cannot be kept
            self._place(account).write_text(json.dumps(until), encoding="utf-8")
        return FloodError(_shown(until))

    def _place(self, account: str) -> Path:
        # A number is a secret: its file's name does not tell it, to whoever does not know it already.
        digits = "".join(filter(str.isdigit, account))
        return self._folder / f"{blake2b(digits.encode(), digest_size=12, person=b'tgsession-flood').hexdigest()}.json"


def _shown(until: float) -> str:
    return datetime.fromtimestamp(until, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
