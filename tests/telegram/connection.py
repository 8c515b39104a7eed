"""One TCP connection: packets in, what they ask for, packets out."""

from __future__ import annotations

import asyncio
import logging
import secrets
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from telethon.errors import TypeNotFoundError
from telethon.tl import functions, types
from telethon.tl.core import MessageContainer

from . import ledger
from .auth_keys import DUPLICATED, KnownKey
from .calls import Call, name_of, perform, read, result, unwrap
from .envelope import BadPacketError, Message, Outgoing, Session, named_key, new_msg_id, open_packet
from .faults import Fault, Refusal
from .handshake import Handshake, HandshakeError
from .sockets import HAS_TCP_INFO, EndWatch, end_of, reset_on_close
from .transport import BadFrameError, Framing, recognise

if TYPE_CHECKING:
    from .server import TelegramServer

log = logging.getLogger("tests.telegram")

_ROTTEN = (BadPacketError, BadFrameError, HandshakeError, TypeNotFoundError, BufferError, struct.error)
_TOO_OLD, _TOO_NEW = 300, 30  # seconds that a message id may differ, core.telegram.org/mtproto/description


class Connection(asyncio.Protocol):
    """One client's connection, from accept to end."""

    transport: asyncio.Transport

    def __init__(self, server: TelegramServer) -> None:
        self.server = server
        self.known: KnownKey | None = None
        self.refusal: str | None = None  # what this connection gets since its key died under it
        self.wants_updates = False
        self.last_active = 0.0
        self._buffer = bytearray()
        self._framing: Framing | None = None
        self._handshake = Handshake()
        self._session: Session | None = None
        self._announced = False
        self._outbox: list[Outgoing] = []
        self._waiting: set[int] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._ping_timer: asyncio.TimerHandle | None = None
        self._mute = self._reading = False
        self._watch: EndWatch | None = None

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._socket = transport.get_extra_info("socket")
        self.address, port = transport.get_extra_info("peername")[:2]
        self.visit = self.server.book.connected(self.address, port)
        self.server.connections.add(self)
        if fault := self.server.faults.strike("accept", self.address, None):
            # Not at once: asyncio starts to read after this call, whatever it has done.
            asyncio.get_running_loop().call_soon(self._suffer, fault, None)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._reading = True
        try:
            while (packet := self._next_packet()) is not None and self.visit.ended is None:
                self._packet(packet)
        except _ROTTEN as error:
            log.info("connection %d refused: %s", self.visit.id, error)
            self.server.book.count("refused_packets")
            self.hang_up()
        except Exception as error:
            self.server.failed(error)
            raise
        finally:
            self._reading = False
        self._flush()

    def eof_received(self) -> None:
        self.end("fin")

    def connection_lost(self, error: Exception | None) -> None:
        # A reset after a FIN is EPIPE: that client had gone cleanly, and an answer came too late for it.
        self.end("rst" if isinstance(error, ConnectionResetError) else "fin")
        self.server.connections.discard(self)

    # -- ends

    def end(self, how: str) -> None:
        """Write the end down, once, and stop everything that was to come."""
        if self.visit.ended is not None:
            return
        self.server.book.ended(self.visit, how, len(self._waiting))
        if self.known:
            self.known.live.remove(self)
            self.known.left.append((self.address, ledger.now()))
        for timer in (*self._timers, *filter(None, [self._ping_timer])):
            timer.cancel()
        if self._watch:
            self._watch.close()

    def notice_end(self) -> None:
        """Write the end down if the kernel has it and the event loop has not yet come to it."""
        if self.visit.ended is None and (how := end_of(self._socket)):
            self.end(how)
            if self._watch:  # nobody reads it to its end
                self.transport.abort()

    def hang_up(self, *, reset: bool = False, how: str = "server") -> None:
        """End the connection from this side."""
        self._flush()
        self.end(how)
        if reset:
            reset_on_close(self._socket)
            self.transport.abort()
        elif self.transport.is_reading():
            self.transport.close()
        else:
            self.transport.abort()

    def stop_reading(self) -> None:
        """Read nothing more: what the client sends fills its window, then its own buffers."""
        if self._watch or self.visit.ended is not None:
            return
        self.transport.pause_reading()
        if HAS_TCP_INFO:
            self._watch = EndWatch(self._socket, self.notice_end)

    # -- packets

    def _next_packet(self) -> bytes | None:
        if self._framing is None:
            self._framing = recognise(self._buffer)
        return self._framing.take(self._buffer) if self._framing else None

    def _packet(self, packet: bytes) -> None:
        number = named_key(packet)
        if number == 0:
            self._exchange_keys(packet)
            return
        known = self.server.keys.find(number)
        if known is None or known.refusal == "404":
            self._refuse(404)
            return
        message = open_packet(known.auth_key, packet)
        self._use(known)
        self._take(known, message)

    def _exchange_keys(self, packet: bytes) -> None:
        if fault := self.server.faults.strike("handshake", self.address, None):
            self._suffer(fault, lambda: self._answer_handshake(packet))
        else:
            self._answer_handshake(packet)

    def _answer_handshake(self, packet: bytes) -> None:
        self._send(self._handshake.answer(packet))
        if self._handshake.auth_key:
            self.server.keys.add(self._handshake.auth_key)
            self._handshake = Handshake()

    def _use(self, known: KnownKey) -> None:
        self.last_active = ledger.now()
        if self.known is known:
            return
        if self.known is not None:
            raise BadPacketError("a second key on one connection")
        for other in list(known.live):
            other.notice_end()
        self.known = known
        known.live.append(self)
        self.server.book.used(self.visit, known.key_id)

    def _take(self, known: KnownKey, message: Message) -> None:
        if self._session is None or self._session.session_id != message.session_id:
            self._session, self._announced = Session(known.auth_key, message.session_id), False
        if complaint := _complaint(known, message):
            self._post(complaint)
            return
        if not self._announced:
            self._announced = True
            self._post(types.NewSessionCreated(message.msg_id, secrets.randbits(63), known.salt), is_content=True)
        thing = read(message.body)
        if isinstance(thing, MessageContainer):
            for inner in thing.messages:
                if self.visit.ended is None:
                    self._object(known, inner.msg_id, inner.obj)
        else:
            self._object(known, message.msg_id, thing)

    # -- objects

    def _object(self, known: KnownKey, msg_id: int, thing: Any) -> None:
        match thing:
            case types.MsgsAck() | types.MsgsStateInfo():
                return
            case functions.PingRequest() | functions.PingDelayDisconnectRequest():
                self._ping(known, msg_id, thing)
            case functions.DestroySessionRequest():
                self._post(types.DestroySessionNone(thing.session_id))
            case functions.DestroyAuthKeyRequest():
                known.refusal = "404"
                self._post(types.DestroyAuthKeyOk())
            case _:
                self._request(known, msg_id, thing)

    def _ping(self, known: KnownKey, msg_id: int, ping: Any) -> None:
        name = name_of(type(ping))
        self.server.book.requested(name)
        if isinstance(ping, functions.PingDelayDisconnectRequest):
            self._restart_ping_timer(ping.disconnect_delay)

        def pong() -> None:
            self._post(types.Pong(msg_id, ping.ping_id), is_answer=True)

        self._meet_fault(name, known, pong)

    def _restart_ping_timer(self, delay: float) -> None:
        """Close the connection in *delay* seconds, unless the next such ping comes first; plain pings do not count."""
        if self._ping_timer:
            self._ping_timer.cancel()
        self._ping_timer = asyncio.get_running_loop().call_later(delay, lambda: self.hang_up(how="ping_delay"))

    def _request(self, known: KnownKey, msg_id: int, wrapped: Any) -> None:
        asked = unwrap(wrapped)
        name = name_of(type(asked.request))
        self.server.book.requested(name)
        self.visit.device = asked.device or self.visit.device
        self.wants_updates = not asked.without_updates
        self._waiting.add(msg_id)
        self.server.judge(known, self, name)
        if (self.refusal or known.refusal) == DUPLICATED:
            self._reply(msg_id, types.RpcError(406, DUPLICATED))
            return
        self._meet_fault(name, known, lambda: self._perform(known, msg_id, asked.request), msg_id)

    def _perform(self, known: KnownKey, msg_id: int, request: Any) -> None:
        try:
            answer = perform(Call(self.server, self, known, request))
        except Refusal as refusal:
            answer = types.RpcError(refusal.code, refusal.message)
        self._reply(msg_id, answer)

    # -- faults

    def _meet_fault(self, name: str, known: KnownKey, answer: Callable[[], None], msg_id: int | None = None) -> None:
        fault = self.server.faults.strike(name, self.address, known.key_id)
        if fault is None:
            answer()
        else:
            self._suffer(fault, answer, msg_id)

    def _suffer(self, fault: Fault, answer: Callable[[], None] | None, msg_id: int | None = None) -> None:
        if fault.seconds > 0:
            self._later(fault.seconds, lambda: self._strike(fault, answer, msg_id))
        else:
            self._strike(fault, answer, msg_id)

    def _strike(self, fault: Fault, answer: Callable[[], None] | None, msg_id: int | None) -> None:
        match fault.kind:
            case "fin" | "rst":
                self.hang_up(reset=fault.kind == "rst")
            case "transport":
                self._refuse(int(fault.error))
            case "error" if msg_id is not None:
                refusal = Refusal(fault.error)
                self._reply(msg_id, types.RpcError(refusal.code, refusal.message))
            case "never":
                self._mute = self._mute or answer is None  # at accept: all that will come, not this one alone
            case "delay" | "stop_reading" | "error":
                if answer:
                    answer()
                if fault.kind == "stop_reading":
                    self._flush()
                    self.stop_reading()

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            action()
            self._flush()

        timer = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(timer)

    # -- out

    def push(self, updates: Any) -> None:
        """Send something that was not asked for."""
        self._post(updates, is_content=True)
        self._flush()

    def _reply(self, msg_id: int, answer: Any) -> None:
        self._waiting.discard(msg_id)
        self._outbox.append(Outgoing(result(msg_id, answer)))
        self._flush()

    def _post(self, thing: Any, *, is_answer: bool = False, is_content: bool = False) -> None:
        self._outbox.append(Outgoing(bytes(thing), is_answer, is_content))

    def _flush(self) -> None:
        """Send what has gathered, in one packet; while packets are read, more may gather."""
        if self._reading or not self._outbox or self.visit.ended is not None or not (self._session and self.known):
            return
        outbox, self._outbox = self._outbox, []
        self._send(self._session.seal(self.known.salt, outbox))

    def _refuse(self, code: int) -> None:
        if self._framing and not self._mute:
            self.transport.write(self._framing.refuse(code))
        self.hang_up()

    def _send(self, packet: bytes) -> None:
        if self._framing and not self._mute:
            self.transport.write(self._framing.frame(packet))


def _complaint(known: KnownKey, message: Message) -> types.BadServerSalt | types.BadMsgNotification | None:
    """What is wrong with the outside of a message."""
    if message.salt != known.salt:
        return types.BadServerSalt(message.msg_id, message.seq_no, 48, known.salt)
    age = (new_msg_id(is_answer=False) - message.msg_id) >> 32
    code = 18 if message.msg_id % 4 else 16 if age > _TOO_OLD else 17 if age < -_TOO_NEW else None
    return types.BadMsgNotification(message.msg_id, message.seq_no, code) if code else None
