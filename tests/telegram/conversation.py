"""What is said on one connection: the key exchange, then messages under a key, their requests and the answers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from telethon.tl import functions, types
from telethon.tl.core import MessageContainer

from . import ledger
from .auth_keys import DUPLICATED, KnownKey
from .calls import Call, name_of, perform, read, result, unwrap
from .envelope import BadPacketError, Message, Outgoing, Session, named_key, new_msg_id, open_packet
from .faults import Refusal
from .handshake import Handshake

if TYPE_CHECKING:
    from .connection import Connection

_TOO_OLD, _TOO_NEW = 300, 30  # seconds that a message id may differ, core.telegram.org/mtproto/description


class Conversation:
    """One client and what it asked; what is to be said to it gathers until `speak`."""

    def __init__(self, connection: Connection) -> None:
        self.wants_updates = False
        self.last_active = 0.0
        self._connection = connection
        self._server = connection.server
        self._handshake = Handshake()
        self._session: Session | None = None
        self._announced = False
        self._outbox: list[Outgoing] = []
        self._waiting: set[int] = set()
        self._ping_timer: asyncio.TimerHandle | None = None

    @property
    def unanswered(self) -> int:
        """Requests that still wait for their answers."""
        return len(self._waiting)

    def hear(self, packet: bytes) -> None:
        """Take one packet in."""
        number = named_key(packet)
        if number == 0:
            self._meet_fault("handshake", None, lambda: self._exchange_keys(packet))
            return
        known = self._server.keys.find(number)
        # A connection under which the key died is told so at each request; only those that come later are unknown.
        if known is None or (known.refusal == "404" and not self._connection.refusal):
            self._connection.refuse(404)
            return
        message = open_packet(known.auth_key, packet)
        self._use(known)
        self._take(known, message)

    def speak(self) -> bytes | None:
        """One packet with everything that is to be said."""
        known = self._connection.known
        if not self._outbox or not self._session or not known:
            return None
        outbox, self._outbox = self._outbox, []
        return self._session.seal(known.salt, outbox)

    def push(self, updates: Any) -> None:
        """Say something that was not asked for."""
        self._post(updates, is_content=True)
        self._connection.flush()

    # -- packets

    def _exchange_keys(self, packet: bytes) -> None:
        self._connection.send(self._handshake.answer(packet))
        if self._handshake.auth_key:
            self._server.keys.add(self._handshake.auth_key)
            self._handshake = Handshake()

    def _use(self, known: KnownKey) -> None:
        self.last_active = ledger.now()
        connection = self._connection
        if connection.known is known:
            return
        if connection.known is not None:
            raise BadPacketError("a second key on one connection")
        for other in list(known.live):
            other.notice_end()
        connection.known = known
        known.live.append(connection)
        self._server.book.used(connection.visit, known.key_id)

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
                if not self._connection.is_over:
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
        self._server.book.requested(name)
        if isinstance(ping, functions.PingDelayDisconnectRequest):
            self._restart_ping_timer(ping.disconnect_delay)
        self._meet_fault(name, known, lambda: self._post(types.Pong(msg_id, ping.ping_id), is_answer=True))

    def _restart_ping_timer(self, delay: float) -> None:
        """Close the connection in *delay* seconds, unless the next such ping comes first; plain pings do not count."""
        if self._ping_timer:
            self._ping_timer.cancel()
        self._ping_timer = self._connection.later(delay, lambda: self._connection.hang_up(how="ping_delay"))

    def _request(self, known: KnownKey, msg_id: int, wrapped: Any) -> None:
        asked = unwrap(wrapped)
        name, connection = name_of(type(asked.request)), self._connection
        self._server.book.requested(name)
        connection.visit.device = asked.device or connection.visit.device
        self.wants_updates = not asked.without_updates
        self._waiting.add(msg_id)
        self._server.policy.judge(known, connection, name, self._server.book)
        if (connection.refusal or known.refusal) == DUPLICATED:
            self._fail(msg_id, DUPLICATED)
            return
        self._meet_fault(
            name, known, lambda: self._perform(known, msg_id, asked.request), lambda message: self._fail(msg_id, message)
        )

    def _meet_fault(
        self, name: str, known: KnownKey | None, answer: Callable[[], None], fail: Callable[[str], None] | None = None
    ) -> None:
        fault = self._server.faults.strike(name, self._connection.address, known.key_id if known else None)
        if fault is None:
            answer()
        else:
            self._connection.suffer(fault, answer, fail)

    def _perform(self, known: KnownKey, msg_id: int, request: Any) -> None:
        try:
            self._reply(msg_id, perform(Call(self._server, known, request)))
        except Refusal as refusal:
            self._fail(msg_id, refusal.message)

    # -- out

    def _fail(self, msg_id: int, message: str) -> None:
        self._reply(msg_id, types.RpcError(Refusal(message).code, message))

    def _reply(self, msg_id: int, answer: Any) -> None:
        self._waiting.discard(msg_id)
        self._outbox.append(Outgoing(result(msg_id, answer)))

    def _post(self, thing: Any, *, is_answer: bool = False, is_content: bool = False) -> None:
        self._outbox.append(Outgoing(bytes(thing), is_answer, is_content))


def _complaint(known: KnownKey, message: Message) -> types.BadServerSalt | types.BadMsgNotification | None:
    """What is wrong with the outside of a message."""
    if message.salt != known.salt:
        return types.BadServerSalt(message.msg_id, message.seq_no, 48, known.salt)
    age = (new_msg_id(is_answer=False) - message.msg_id) >> 32
    code = 18 if message.msg_id % 4 else 16 if age > _TOO_OLD else 17 if age < -_TOO_NEW else None
    return types.BadMsgNotification(message.msg_id, message.seq_no, code) if code else None
