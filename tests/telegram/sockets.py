"""What the kernel knows of a TCP connection before the event loop has heard of it (Linux; elsewhere it knows nothing)."""

from __future__ import annotations

import asyncio
import select
import socket
import struct
from collections.abc import Callable
from typing import Any

# States of tcp_info's first byte, linux/include/net/tcp_states.h. A connection that got a reset is closed; one that got
# a FIN waits for its own side to close.
_CLOSED, _CLOSE_WAIT = 7, 8
_ENDS = {_CLOSED: "rst", _CLOSE_WAIT: "fin"}
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: close() sends RST

HAS_TCP_INFO = hasattr(socket, "TCP_INFO") and hasattr(select, "epoll")


def end_of(sock: Any) -> str | None:
    """`fin` or `rst` if the peer has ended this connection, whether or not what it sent before is read."""
    if not HAS_TCP_INFO:
        return None
    try:
        return _ENDS.get(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0])
    except OSError:
        return None


def reset_on_close(sock: Any) -> None:
    """Make the coming close a reset instead of a FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


class EndWatch:
    """Calls back when the peer ends a connection that nobody reads."""

    def __init__(self, sock: Any, ended: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._epoll = select.epoll()
        self._epoll.register(sock.fileno(), select.EPOLLRDHUP | select.EPOLLET)
        self._loop.add_reader(self._epoll.fileno(), ended)

    def close(self) -> None:
        """Watch no longer."""
        if not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
