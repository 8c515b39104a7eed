"""What goes wrong on demand, and where.

| kind | what the server does instead of answering |
| --- | --- |
| `delay` | answers after `seconds` |
| `never` | nothing; the connection stays |
| `error` | answers with the RPC error `error`: `FLOOD_WAIT_3`, `SESSION_REVOKED`, … |
| `fin`, `rst` | ends the connection, cleanly or with a reset |
| `transport` | sends the transport error `error` (`404`, `429`) and ends the connection |
| `stop_reading` | answers this once, then reads nothing more, so that what the client sends piles up |

`seconds` delays any of them. `on` is a method (`users.getUsers`, `ping`), `*` for every RPC, `handshake` for the key
exchange, or `accept` for the moment at which the connection is accepted; there `never` reads on and answers nothing at all.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from telethon.errors import rpc_message_to_error
from telethon.tl.types import RpcError

KINDS = ("delay", "never", "error", "fin", "rst", "transport", "stop_reading")
_NOT_RPC = ("accept", "handshake", "ping", "ping_delay_disconnect")  # `*` leaves them alone


class Refusal(Exception):
    """The server answers with an RPC error."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> int:
        """What belongs to the message by Telethon's own table: 401, 406, 420; 400 when it is not there."""
        return rpc_message_to_error(RpcError(400, self.message), None).code or 400


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong, `times` times (None: until it is cleared)."""

    number: int
    kind: str
    on: str = "*"
    times: int | None = None
    seconds: float = 0.0
    error: str = ""
    address: str | None = None
    key_id: str | None = None

    def strikes(self, method: str, address: str, key_id: str | None) -> bool:
        """Whether it is for this request, of this client and this key."""
        return (
            (self.on == method or (self.on == "*" and method not in _NOT_RPC))
            and self.address in (None, address)
            and self.key_id in (None, key_id)
        )


@dataclass(slots=True)
class Faults:
    """The faults in force, the oldest first."""

    _in_force: list[Fault] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def add(self, kind: str, **details: object) -> int:
        """Put a fault in force; its number, for `clear`."""
        if kind not in KINDS:
            raise ValueError(f"no fault is called {kind!r}; there are {', '.join(KINDS)}")
        if kind in ("error", "transport") and not details.get("error"):
            raise ValueError(f"{kind!r} needs `error=`")
        fault = Fault(next(self._numbers), kind, **details)  # type: ignore[arg-type]
        self._in_force.append(fault)
        return fault.number

    def clear(self, number: int | None = None) -> None:
        """End one fault, or all."""
        self._in_force = [fault for fault in self._in_force if number not in (None, fault.number)]

    def strike(self, method: str, address: str, key_id: str | None) -> Fault | None:
        """The fault for this request, if any; one of its times is used up by it."""
        for fault in self._in_force:
            if fault.strikes(method, address, key_id):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._in_force.remove(fault)
                return fault
        return None
