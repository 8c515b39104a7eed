"""The answer to one question: is it safe to use this session now, and what to do if not."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgsession_runtime.session import SessionName
    from tgsession_runtime.stores import Held

Weight = Literal["unsafe", "cannot tell", "warning"]
Answer = Literal["safe", "unsafe", "cannot tell"]

ORDER: tuple[Weight, ...] = ("unsafe", "cannot tell", "warning")
SAFE, UNSAFE, CANNOT_TELL = 0, 1, 3
"""Exit statuses."""

WEIGHTS: Mapping[str, Weight] = {
    "held": "unsafe",
    "open-elsewhere": "unsafe",
    "worker-running": "unsafe",
    "lease-held": "unsafe",
    "revoked": "unsafe",
    "corrupt": "unsafe",
    "schema-newer": "unsafe",
    "not-logged-in": "unsafe",
    "unknown-holder": "cannot tell",
    "no-permission": "cannot tell",
    "no-store": "cannot tell",
    "key-copied": "warning",
    "unclean-end": "warning",
    "too-open": "warning",
    "network-filesystem": "warning",
}
"""What each reason amounts to; their codes stay."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was seen, and what to do about it."""

    code: str
    message: str
    hint: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def weight(self) -> Weight:
        """What it amounts to."""
        return WEIGHTS[self.code]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a session is safe to use, and every reason that says otherwise."""

    name: SessionName
    reasons: tuple[Reason, ...]
    lease: Held | None = None
    """Who has its lease, on whatever host; None also where no store is configured, or none answers."""

    @property
    def answer(self) -> Answer:
        """A danger that is seen outweighs what could not be looked at, and that outweighs a warning."""
        weights = {reason.weight for reason in self.reasons}
        return "unsafe" if "unsafe" in weights else "cannot tell" if "cannot tell" in weights else "safe"

    @property
    def status(self) -> int:
        """The exit status that says the same."""
        return {"safe": SAFE, "unsafe": UNSAFE, "cannot tell": CANNOT_TELL}[self.answer]

    def as_json(self) -> dict[str, Any]:
        """The verdict for machines."""
        reasons = [{**asdict(reason), "verdict": reason.weight} for reason in self.reasons]
        path = str(self.name.path) if self.name.path else None
        return {
            "session": self.name.label, "path": path, "key_id": self.name.key_id_hex or None, "verdict": self.answer,
            "reasons": reasons, "lease": self.lease.as_json() if self.lease else None,
        }  # fmt: skip


def worst(verdicts: list[Verdict]) -> int:
    """The exit status of several verdicts: unsafe before cannot tell before safe."""
    found = {verdict.status for verdict in verdicts}
    return UNSAFE if UNSAFE in found else CANNOT_TELL if CANNOT_TELL in found else SAFE
