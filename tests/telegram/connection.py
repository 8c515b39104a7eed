"""One TCP connection: bytes in, packets out of them, and how it ends. What the packets say is `conversation.py`'s."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from telethon.errors import TypeNotFoundError

from . import ledger
from .conversation import Conversation
from .envelope import BadPacketError
from .faults import Fault
from .handshake import HandshakeError
from .sockets import HAS_TCP_INFO, EndWatch, end_of, reset_on_close
from .transport import BadFrameError, Framing, recognise

if TYPE_CHECKING:
    from .auth_keys import KnownKey
    from .server import TelegramServer

log = logging.getLogger("tests.telegram")

_ROTTEN = (BadPacketError, BadFrameError, HandshakeError, TypeNotFoundError, BufferError, struct.error)


class Connection(asyncio.Protocol):
    """One client's connection, from accept to end."""

    transport: asyncio.Transport

    def __init__(self, server: TelegramServer) -> None:
        self.server = server
        self.known: KnownKey | None = None  # the key that it uses
        self.refusal: str | None = None  # what it gets since that key died under it
        self.conversation = Conversation(self)
        self._buffer = bytearray()
        self._framing: Framing | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._mute = self._reading = False
        self._watch: EndWatch | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.visit.ended is not None

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._socket = transport.get_extra_info("socket")
        self.address, port = transport.get_extra_info("peername")[:2]
        self.visit = self.server.book.connected(self.address, port)
        self.server.connections.add(self)
        if fault := self.server.faults.strike("accept", self.address, None):
            # Not at once: asyncio starts to read after this call, whatever it has done.
            asyncio.get_running_loop().call_soon(self.suffer, fault, None)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._reading = True
        try:
            while not self.is_over and (packet := self._next_packet()) is not None:
                self.conversation.hear(packet)
        except _ROTTEN as error:
            log.info("connection %d refused: %s", self.visit.id, error)
            self.server.book.count("refused_packets")
            self.hang_up()
        except Exception as error:
            self.server.failed(error)
            raise
        finally:
            self._reading = False
        self.flush()

    def eof_received(self) -> None:
        self.end("fin")

    def connection_lost(self, error: Exception | None) -> None:
        # A reset after a FIN is EPIPE: that client had gone cleanly, and an answer came too late for it.
        self.end("rst" if isinstance(error, ConnectionResetError) else "fin")
        self.server.connections.discard(self)

    # -- ends

    def end(self, how: str) -> None:
        """Write the end down, once, and stop everything that was to come."""
        if self.is_over:
            return
        self.server.book.ended(self.visit, how, self.conversation.unanswered)
        if self.known:
            self.known.live.remove(self)
            self.known.left.append((self.address, ledger.now()))
        for timer in self._timers:
            timer.cancel()
        if self._watch:
            self._watch.close()

    def notice_end(self) -> None:
        """Write the end down if the kernel has it and the event loop has not yet come to it."""
        if not self.is_over and (how := end_of(self._socket)):
            self.end(how)
            if self._watch:  # nobody reads it to its end
                self.transport.abort()

    def hang_up(self, *, reset: bool = False, how: str = "server") -> None:
        """End the connection from this side."""
        self.end(how)
        if reset:
            reset_on_close(self._socket)
        if reset or not self.transport.is_reading():
            self.transport.abort()
        else:
            self.transport.close()

    def stop_reading(self) -> None:
        """Read nothing more: what the client sends fills its window, then its own buffers."""
        if self._watch or self.is_over:
            return
        self.transport.pause_reading()
        if HAS_TCP_INFO:
            self._watch = EndWatch(self._socket, self.notice_end)

    # -- faults

    def suffer(self, fault: Fault, answer: Callable[[], None] | None, fail: Callable[[str], None] | None = None) -> None:
        """Let *fault* happen instead of *answer*; *fail* answers with an RPC error. Without either nothing was asked yet."""
        if fault.seconds > 0:
            self.later(fault.seconds, lambda: self._strike(fault, answer, fail))
        else:
            self._strike(fault, answer, fail)

    def _strike(self, fault: Fault, answer: Callable[[], None] | None, fail: Callable[[str], None] | None) -> None:
        match fault.kind:
            case "fin" | "rst":
                self.hang_up(reset=fault.kind == "rst")
            case "transport":
                self.refuse(int(fault.error))
            case "error" if fail:
                fail(fault.error)
            case "never":
                self._mute = self._mute or answer is None  # at accept: all that will come, not this one alone
            case "delay" | "stop_reading" | "error":
                if answer:
                    answer()
                if fault.kind == "stop_reading":
                    self.stop_reading()

    def later(self, seconds: float, action: Callable[[], None]) -> asyncio.TimerHandle:
        """Do something in *seconds*, if the connection lives so long."""

        def run() -> None:
            self._timers.discard(timer)
            try:
                action()
            except Exception as error:
                self.server.failed(error)
                raise
            self.flush()

        timer = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(timer)
        return timer

    # -- out

    def flush(self) -> None:
        """Send what there is to say, in one packet; while packets are read, more may gather."""
        if not self._reading and not self.is_over and (packet := self.conversation.speak()):
            self.send(packet)

    def send(self, packet: bytes) -> None:
        """Put a packet on the wire."""
        if self._framing and not self._mute:
            self.transport.write(self._framing.frame(packet))

    def refuse(self, code: int) -> None:
        """Refuse the whole connection: 404 for a key that is not known, 429 for too many connections."""
        if self._framing and not self._mute:
            self.transport.write(self._framing.refuse(code))
        self.hang_up()

    def _next_packet(self) -> bytes | None:
        if self._framing is None:
            self._framing = recognise(self._buffer)
        return self._framing.take(self._buffer) if self._framing else None
