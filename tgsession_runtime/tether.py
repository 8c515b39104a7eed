"""A client that cannot outlive its lease: what it sends is checked against the clock, and Telegram's own timer ends it.

`ping_delay_disconnect` makes Telegram close a connection unless the next such ping comes in time. It is sent after a good
renewal, and only then, and it is the first thing that any connection says: so also a process that is stopped between two
instructions, or whose network is gone, has no connection left by the time the lease has run out.
Source: core.telegram.org/mtproto/service_messages.
"""

from __future__ import annotations

import random
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tgsession_runtime import sockets
from tgsession_runtime.terms import clock

if TYPE_CHECKING:
    import asyncio

    from tgsession_runtime.lease import Lease


class Tether:
    """Binds *client* to a lease; made before it connects."""

    def __init__(self, client: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._loop = client, loop
        self._lease: Lease | None = None
        self._stamp: float | None = None
        """When a timer was put into words that has not been sent yet."""
        sender = getattr(client, "_sender", None)
        if sender is not None:
            self._wrap(sender)

    def hold(self, lease: Lease) -> None:
        """From now on nothing is sent but on the strength of *lease*."""
        self._lease = lease
        lease.on_renewed = self._renewed
        lease.on_cut = lambda: sockets.sever(self._client)
        sender = getattr(self._client, "_sender", None)
        if getattr(sender, "_connection", None) is not None:  # a key that was made only now
            self._check_writes(sender)
            self._ping(sender)

    def _renewed(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: nothing is connected any more
            self._loop.call_soon_threadsafe(self._ping_if_connected)

    def _ping_if_connected(self) -> None:
        sender = getattr(self._client, "_sender", None)
        if sender is not None and sender._user_connected and sender._transport_connected():  # noqa: SLF001 - no public names, below too
            self._ping(sender)

    def _wrap(self, sender: Any) -> None:
        """Every way to a connection, Telethon's own reconnect too, passes through `_connect`."""
        original = sender._connect  # noqa: SLF001

        async def connect() -> None:
            if self._lease is None:
                await original()
                return
            if self._lease.timer():
                await original()
                if self._lease.timer():
                    # No step of the loop in between: what the connection says first is the timer.
                    self._check_writes(sender)
                    self._ping(sender)
                    return
            sender._user_connected = False  # noqa: SLF001 - ends the reconnect
            raise ConnectionError("the lease is gone")

        sender._connect = connect  # noqa: SLF001

    def _ping(self, sender: Any) -> None:
        from telethon.network.requeststate import RequestState
        from telethon.tl.functions import PingDelayDisconnectRequest

        delay = self._lease.timer() if self._lease is not None else 0
        if not delay:
            return
        # One that waits for its answer would be sent again after a reconnect, with a delay of long ago.
        pending = sender._pending_state  # noqa: SLF001
        for number in [one for one, state in pending.items() if isinstance(state.request, PingDelayDisconnectRequest)]:
            pending.pop(number).future.cancel()
        self._stamp = clock()
        sender._send_queue.append(RequestState(PingDelayDisconnectRequest(random.getrandbits(63), delay)))  # noqa: SLF001 - no secret

    def _check_writes(self, sender: Any) -> None:
        """Look at the clock before each packet; and let the kernel give up one that does not arrive."""
        writer = getattr(sender._connection, "_writer", None)  # noqa: SLF001
        if writer is None or self._lease is None:
            return
        write, lease = writer.write, self._lease

        def checked(data: bytes) -> None:
            if not lease.is_open() or self._is_late(lease):
                raise ConnectionError("the lease is gone")
            self._stamp = None
            write(data)

        writer.write = checked
        _give_up_after(writer.transport.get_extra_info("socket"), max(1.0, lease.leasing.terms.settle))

    def _is_late(self, lease: Lease) -> bool:
        """Whether a timer that is in this packet would run on beyond what was meant: this process was stopped meanwhile."""
        return self._stamp is not None and clock() - self._stamp > max(0.5, lease.leasing.terms.slack)


def _give_up_after(sock: Any, seconds: float) -> None:
    """What Telegram has not confirmed by then is not sent again: it could arrive when somebody else has the session."""
    if sock is not None and sys.platform == "linux":
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
