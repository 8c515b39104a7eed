"""The TCP connections of a client, and how to be sure that Telegram's side learns that they have ended.

`disconnect()` may return while data waits in the kernel: Telegram then still sees the connection, and a next holder
would lose the key. So a copy of each socket is kept across the disconnect; the end is sent through it, and the kernel is
asked whether the other side has it. If it has not in time, the connection is reset, which needs no answer.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time at all
# How often the kernel is asked whether the other side has the end, in seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.02


def senders(client: Any) -> Iterator[Any]:
    """The parts of *client* that each have a connection: its own, and those to other data centres."""
    if own := getattr(client, "_sender", None):
        yield own
    for _, borrowed in list(getattr(client, "_borrowed_senders", {}).values()):
        yield borrowed


def connections(client: Any) -> Iterator[Any]:
    """The connections of *client* that exist."""
    for sender in senders(client):
        if (connection := getattr(sender, "_connection", None)) is not None:
            yield connection


def transports(client: Any) -> Iterator[Any]:
    """The asyncio transports of *client*'s connections."""
    for connection in connections(client):
        if (writer := getattr(connection, "_writer", None)) is not None:
            yield writer.transport


def descriptors(client: Any) -> list[int]:
    """The open sockets of *client*, as file descriptors."""
    found = []
    for transport in transports(client):
        sock = transport.get_extra_info("socket")
        if sock is not None and (number := sock.fileno()) >= 0:
            found.append(number)
    return found


def abort(client: Any) -> None:
    """Reset every connection of *client* at once, whatever waits to be sent; its loop then clears up what is left of them."""
    # Not by the transport alone: that closes its socket one round of the loop later, when the claim may be gone already.
    sever(client)
    for transport in list(transports(client)):
        with suppress(Exception):  # one that is closed already
            transport.abort()


def shut(client: Any, seconds: float) -> None:
    """End every connection of *client* where no event loop can do it any more; *seconds* later what is not ended is reset."""
    deadline = time.monotonic() + seconds
    for number in descriptors(client):
        with suppress(OSError), socket.socket(fileno=os.dup(number)) as copy:
            copy.shutdown(socket.SHUT_RDWR)
            while (waiting := _unsent(copy)) and time.monotonic() < deadline:
                time.sleep(_FIRST_PAUSE)
            if waiting:
                _cut(copy)


def sever(client: Any) -> None:
    """Reset every connection of *client* now, from any thread, whatever its event loop is doing; the loop finds them gone."""
    for transport in list(transports(client)):
        with suppress(Exception):  # it ends at this moment by itself; the others must still be reset
            copy = transport.get_extra_info("socket").dup()
            with copy:
                # Its number could have been given to another socket between two steps of that thread.
                if copy.getpeername() == transport.get_extra_info("peername"):
                    _cut(copy)


def _cut(copy: socket.socket) -> None:
    """Reset the connection of *copy* here and now, though its client's own descriptor is still open."""
    copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    if sys.platform == "linux":
        import ctypes

        # Connecting to no address at all resets at once (connect(2)), whoever else has the socket open.
        if not ctypes.CDLL(None).connect(copy.fileno(), b"\0" * 16, 16):
            return
    copy.shutdown(socket.SHUT_RDWR)


def never_again(client: Any) -> None:
    """Let no part of *client* connect by itself when it finds its connection gone."""
    for sender in senders(client):
        sender._user_connected = sender._auto_reconnect = False  # noqa: SLF001 - no public name


class Endings:
    """Copies of a client's sockets, by which the end of each connection is made sure."""

    def __init__(self, client: Any) -> None:
        self._copies: list[socket.socket] = []
        for number in descriptors(client):
            with suppress(OSError):
                self._copies.append(socket.socket(fileno=os.dup(number)))

    async def finish(self, seconds: float) -> bool:
        """End every connection; whether the other side had each end within *seconds*, the others were reset."""
        deadline = asyncio.get_running_loop().time() + seconds
        arrived = [await self._finish(copy, deadline) for copy in self._copies]
        self._copies.clear()
        return all(arrived)

    def reset(self) -> None:
        """End every connection now, without waiting."""
        while self._copies:
            _reset(self._copies.pop())

    async def _finish(self, copy: socket.socket, deadline: float) -> bool:
        loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE
        soon = loop.time() + _FIRST_PAUSE
        try:
            copy.setblocking(False)
            copy.shutdown(socket.SHUT_WR)
            while (waiting := _unsent(copy)) and loop.time() < deadline:
                # A near server confirms in 0.2 ms; no timer of the loop's is as short as that.
                if loop.time() < soon:
                    await asyncio.sleep(0)
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
            if waiting:
                _reset(copy)
                return False
            while copy.recv(65536):  # unread data would turn the orderly end into a reset
                pass
        except OSError:
            pass  # ended already, or nothing left to read
        finally:
            copy.close()
        return True


def _unsent(copy: socket.socket) -> int:
    """How many bytes, the end of the stream included, the other side's kernel has not confirmed; 0 if nobody can tell."""
    if sys.platform != "linux":
        return 0
    import fcntl
    import termios

    try:
        return int(struct.unpack("i", fcntl.ioctl(copy.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0])
    except OSError:
        return 0


def _reset(copy: socket.socket) -> None:
    with suppress(OSError), copy:
        _cut(copy)
